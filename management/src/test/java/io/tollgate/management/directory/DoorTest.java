package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.Awaiting;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in to a directory. */
class DoorTest {
  private static Sync.Stores stores;
  private static Sync sync;

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
    sync = stores.sync();
  }

  @AfterAll
  static void stop() {
    stores.close();
  }

  private static Answer shown(Sync where, String authorization) {
    return where.management.send(
        where.request("/Users").setHeader("Authorization", authorization).GET());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Basic eDp5", "Bearer", "Bearer ", "Bearer tgscim_wrong", "Bearer é"})
  void nobody_who_shows_no_token_of_it(String authorization) {
    Sync fresh = stores.sync();
    Answer answer = shown(fresh, authorization);
    assertRefused(answer, 401, null);
    assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
  }

  @Test
  void nobody_who_shows_the_token_of_another_one_or_the_secret_key() {
    Sync other = stores.sync();
    assertRefused(shown(sync, "Bearer " + other.token), 401, null);
    assertRefused(
        shown(sync, "Bearer " + io.tollgate.management.TestManagement.SECRET_KEY), 401, null);
    sync.management
        .send(
            sync.management.bare("/users").setHeader("Authorization", "Bearer " + sync.token).GET())
        .assertRefused(401, "clerk_key_invalid");
  }

  @Test
  void a_directory_that_there_is_not_looks_like_one_whose_token_is_wrong() {
    for (String id : new String[] {"scimdir_" + "0".repeat(27), "nothing", "%00"}) {
      Answer answer =
          sync.management.send(
              sync.management
                  .bare("/scim/v2/" + id + "/Users")
                  .setHeader("Authorization", "Bearer " + sync.token)
                  .GET());
      assertRefused(answer, 401, null);
    }
  }

  @Test
  void both_tokens_while_one_takes_the_place_of_the_other() {
    Sync rotated = stores.sync();
    String old = rotated.token;
    String fresh =
        rotated
            .management
            .post("/scim_directories/" + rotated.directoryId + "/rotate_api_key", "{}")
            .ok()
            .getString("api_key");
    assertThat(shown(rotated, "Bearer " + old).status()).isEqualTo(200);
    assertThat(shown(rotated, "Bearer " + fresh).status()).isEqualTo(200);
  }

  @Test
  void the_list_of_tokens_tells_which_client_has_used_each_last() {
    Sync used = stores.sync();
    String path = "/scim_directories/" + used.directoryId + "/tokens";
    JsonObject before = used.management.get(path).ok().getJsonArray("data").getJsonObject(0);
    assertThat(before.getString("last_used_by")).isNull();
    used.management.send(
        used.request("/Users").setHeader("User-Agent", "Okta SCIM Client 1.0.0").GET());
    JsonObject after = used.management.get(path).ok().getJsonArray("data").getJsonObject(0);
    assertThat(after.getString("last_used_by")).isEqualTo("okta");
    assertThat(after.getLong("last_used_at")).isNotNull();
  }

  @Test
  void nobody_while_it_is_switched_off_and_only_with_a_new_token_after_that() {
    Sync off = stores.sync();
    JsonObject person = off.created();
    String path = "/scim_directories/" + off.directoryId;
    off.management.patch(path, new JsonObject().put("enabled", false)).ok();
    assertRefused(off.get("/Users"), 401, null);
    JsonObject on = off.management.patch(path, new JsonObject().put("enabled", true)).ok();
    assertRefused(off.get("/Users"), 401, null);
    off.token = on.getString("api_key");
    assertThat(off.get(Sync.user(person)).ok().getString("id")).isEqualTo(person.getString("id"));
  }

  @Test
  void an_address_that_shows_wrong_tokens_again_and_again_is_not_looked_at_for_a_while() {
    try (var crowd = new Sync.Stores()) {
      Sync right = crowd.sync();
      right.get("/Users").ok();
      Awaiting.until(
          "it is told to come later", () -> shown(right, "Bearer tgscim_wrong").status() == 429);
      Answer answer = shown(right, "Bearer tgscim_wrong");
      assertRefused(answer, 429, null);
      assertThat(answer.header("Retry-After")).isEqualTo("60");
      // Others of the same address, whose tokens were made here, are; none was shown before.
      Sync other = crowd.sync();
      other.get("/Users").ok();
      String path = "/scim_directories/" + other.directoryId;
      other.management.patch(path, new JsonObject().put("enabled", false)).ok();
      for (int i = 0; i < 2 * Door.FAILURES_MAX; i++) {
        assertRefused(other.get("/Users"), 401, null);
      }
      right.get("/Users").ok();
    }
  }

  @Test
  void nobody_whose_token_has_ended_while_he_sent_his_request() throws Exception {
    Sync late = stores.sync();
    byte[] body = late.person(Sync.name()).encode().getBytes(StandardCharsets.UTF_8);
    String head =
        "POST %s/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n"
                .formatted(late.path, late.token)
            + "Content-Type: application/scim+json\r\nContent-Length: %d\r\n".formatted(body.length)
            + "Connection: close\r\n\r\n";
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), late.management.port())) {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
      // Noted when the door has opened, which does not wait for the body.
      Awaiting.until(
          "it has passed the door",
          () ->
              !"0"
                  .equals(
                      stores.postgres.query(
                          "SELECT count(last_used_at) FROM tollgate.directory_token"
                              + " WHERE directory_id = '"
                              + late.directoryId
                              + "'")));
      late.management
          .patch("/scim_directories/" + late.directoryId, new JsonObject().put("enabled", false))
          .ok();
      socket.getOutputStream().write(body);
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 401 ").contains("api:messages:2.0:Error");
    }
    assertThat(
            stores.postgres.query(
                "SELECT count(*) FROM tollgate.scim_user WHERE directory_id = '"
                    + late.directoryId
                    + "'"))
        .isEqualTo("0");
  }

  @Test
  void the_log_tells_of_a_wrong_token_by_its_beginning_alone() {
    Sync logged = stores.sync();
    String wrong = logged.token.substring(0, logged.token.length() - 6) + "AAAAAA";
    assertRefused(shown(logged, "Bearer " + wrong), 401, null);
    String sql =
        "SELECT coalesce(string_agg(detail::text, ' '), '') FROM tollgate.connection_log"
            + " WHERE code = 'scim_bad_token' AND connection_id = '"
            + logged.connectionId
            + "'";
    Awaiting.until("it is logged", () -> !stores.postgres.query(sql).isEmpty());
    assertThat(stores.postgres.query(sql))
        .contains(wrong.substring(0, 10))
        .doesNotContain(wrong.substring(0, 20));
  }
}
