package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/** Whom the tokens of directories let in, and for how long. */
class DirectoryTokenTest extends DirectoryCase {
  private static JsonObject rotated(JsonObject directory, String body) {
    return firm.management.post(path(directory) + "/rotate_api_key", body).ok();
  }

  @Test
  void a_token_opens_its_own_directory_and_no_other() {
    JsonObject made = directory();
    DirectoryAccess access = opened(made, token(made)).orElseThrow();
    assertThat(access.directoryId()).isEqualTo(id(made));
    assertThat(access.domains()).containsExactly("example.com");
    assertThat(access.tokenPrefix()).isEqualTo(token(made).substring(0, 13));
    assertThat(opened(directory(), token(made))).isEmpty();
    assertThat(tokens.find("none", token(made), "okta")).isEmpty();
  }

  @Test
  void what_is_no_token_opens_nothing() {
    JsonObject made = directory();
    String token = token(made);
    char last = token.charAt(token.length() - 1);
    String mistyped = token.substring(0, token.length() - 1) + (last == 'a' ? 'b' : 'a');
    assertThat(opened(made, mistyped)).isEmpty();
    assertThat(opened(made, "")).isEmpty();
    assertThat(opened(made, "ä\u0000")).isEmpty();
    assertThat(opened(made, TestManagement.SECRET_KEY)).isEmpty();
  }

  @Test
  void only_what_begins_as_a_token_is_shown_of_a_bad_one() {
    assertThat(DirectoryTokens.shown("tgscim_abcdefghijklmnopqrstuvwxyz"))
        .isEqualTo("tgscim_abcdef");
    assertThat(DirectoryTokens.shown("tgscim_abcdef")).isEqualTo("none");
    assertThat(DirectoryTokens.shown("hunter2hunter2hunter2hunter2hunter2")).isEqualTo("none");
  }

  @Test
  void a_use_is_noted_once_a_minute() {
    JsonObject made = directory();
    String used =
        "SELECT last_used_at::text FROM tollgate.directory_token WHERE directory_id = '%s'"
            .formatted(id(made));
    opened(made, token(made));
    String first = firm.postgres.query(used);
    opened(made, token(made));
    assertThat(first).isNotNull();
    assertThat(firm.postgres.query(used)).isEqualTo(first);
  }

  @Test
  void a_rotated_token_works_beside_the_one_before_until_its_end() {
    JsonObject made = directory();
    JsonObject after = rotated(made, "");
    assertThat(opened(made, token(made))).isPresent();
    assertThat(opened(made, token(after))).isPresent();
    firm.postgres.execute(
        "UPDATE tollgate.directory_token SET expires_at = now() WHERE expires_at IS NOT NULL");
    assertThat(opened(made, token(made))).isEmpty();
    assertThat(opened(made, token(after))).isPresent();
  }

  @Test
  void a_rotation_without_overlap_ends_the_one_before_at_once() {
    JsonObject made = directory();
    JsonObject after = rotated(made, "{\"overlap_seconds\":0}");
    assertThat(opened(made, token(made))).isEmpty();
    assertThat(opened(made, token(after))).isPresent();
  }

  @Test
  void there_are_never_three_tokens_that_work() {
    JsonObject made = directory();
    JsonObject second = rotated(made, "{}");
    JsonObject third = rotated(made, "{}");
    assertThat(opened(made, token(made))).isEmpty();
    assertThat(opened(made, token(second))).isPresent();
    assertThat(opened(made, token(third))).isPresent();
  }

  @Test
  void one_token_is_revoked_at_once_and_stays_on_the_list() {
    JsonObject made = directory();
    JsonObject second = rotated(made, "{}");
    String root = path(made) + "/tokens";
    JsonObject newest = firm.management.get(root).ok().getJsonArray("data").getJsonObject(0);
    assertThat(newest.getString("prefix")).isEqualTo(token(second).substring(0, 13));
    String revoke = root + "/" + id(newest) + "/revoke";
    Long at = firm.management.post(revoke, "").ok().getLong("revoked_at");
    assertThat(opened(made, token(second))).isEmpty();
    assertThat(opened(made, token(made))).isPresent();
    assertThat(firm.management.post(revoke, "").ok().getLong("revoked_at")).isEqualTo(at);
    String stranger = path(directory()) + "/tokens/" + id(newest) + "/revoke";
    firm.management.post(stranger, "").assertRefused(404, "resource_not_found");
  }

  @Test
  void disabled_its_tokens_end_and_enabled_it_has_a_new_one_at_the_same_address() {
    JsonObject made = directory();
    JsonObject off = firm.patch(made, OFF);
    assertThat(off.getBoolean("enabled")).isFalse();
    assertThat(opened(made, token(made))).isEmpty();
    firm.management
        .post(path(made) + "/rotate_api_key", "")
        .assertRefused(400, "scim_directory_disabled");
    JsonObject on = firm.patch(made, ON);
    assertThat(on.getString("endpoint_url")).isEqualTo(made.getString("endpoint_url"));
    assertThat(opened(made, token(on))).isPresent();
    assertThat(opened(made, token(made))).isEmpty();
    assertThat(token(firm.patch(made, ON))).isNull();
  }
}
