package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.list;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How two who change one list at once do not undo each other's work. */
class GroupRoleVersionTest extends GroupRoleCase {
  private String version() {
    return Objects.requireNonNull(firm.management.get(root()).header("ETag"), "it has one");
  }

  private Answer send(String method, String path, JsonObject body, String ifMatch) {
    HttpRequest.Builder request = firm.management.request(path).setHeader("If-Match", ifMatch);
    return firm.management.send(request.method(method, BodyPublishers.ofString(body.encode())));
  }

  private Answer put(JsonObject mappings, String ifMatch) {
    return send("PUT", root(), mappings, ifMatch);
  }

  @Test
  void a_list_is_put_by_whoever_has_read_it_as_it_is() {
    String first = version();
    Answer put = put(list(one, reader), first);
    put.ok();
    assertThat(put.header("ETag")).isEqualTo(version()).isNotEqualTo(first);
    Answer stale = put(list(two, builder), first);
    stale.assertRefused(412, "group_role_mappings_changed");
    assertThat(stale.error().getString("long_message"))
        .contains("version is " + version() + " now", "If-Match was");
    assertThat(mappings()).hasSize(1);
  }

  @Test
  void an_entry_is_added_and_taken_out_by_whoever_has_read_the_list_as_it_is() {
    String first = version();
    JsonObject wanted = new JsonObject().put("scim_group_id", one).put("role_id", id(reader));
    JsonObject made = send("POST", root(), wanted, first).ok();
    JsonObject other = new JsonObject().put("scim_group_id", two).put("role_id", id(reader));
    send("POST", root(), other, first).assertRefused(412, "group_role_mappings_changed");
    String entry = root() + "/" + id(made);
    send("DELETE", entry, new JsonObject(), first)
        .assertRefused(412, "group_role_mappings_changed");
    assertThat(mappings()).hasSize(1);
    send("DELETE", entry, new JsonObject(), version()).ok();
    assertThat(mappings()).isEmpty();
  }

  @Test
  void a_header_may_name_several_versions_or_any_or_one_made_weak_on_its_way() {
    put(list(one, reader), "*").ok();
    put(list(two, reader), "W/" + version()).ok();
    put(list(one, reader), "\"77\", " + version()).ok();
    put(list(two, reader), "nonsense").assertRefused(412, "group_role_mappings_changed");
  }

  @Test
  void whoever_names_no_version_changes_what_is_there() {
    put(list(one, reader)).ok();
    put(list(two, reader)).ok();
    assertThat(mappings().getJsonObject(0).getString("scim_group_id")).isEqualTo(two);
  }

  @Test
  void whoever_asks_again_for_what_is_not_proven_yet_hears_no_other_word_before_it_is() {
    put(list(one, builder)).ok();
    String user = firm.member(directory);
    firm.enter(directory, one, user);
    String version = version();
    firm.postgres.execute(
        """
        INSERT INTO tollgate.gateway (name, boot, bound_millis, absence_max_millis, epoch, number)
        VALUES ('late', 'boot', 100, 1800000, '', -1)
        """);
    firm.redis.freeze();
    try {
      put(list(one, reader), version).assertRefused(503, "revocation_pending");
      put(list(one, reader), version).assertRefused(503, "revocation_pending");
    } finally {
      firm.redis.thaw();
      firm.postgres.execute("DELETE FROM tollgate.gateway WHERE name = 'late'");
    }
    put(list(one, reader), version).assertRefused(412, "group_role_mappings_changed");
    assertThat(role(user)).isEqualTo(id(reader));
  }

  @Test
  void of_sixteen_who_have_read_the_same_list_one_changes_it() {
    String version = version();
    List<CompletableFuture<Integer>> answers =
        Stream.generate(
                () -> CompletableFuture.supplyAsync(() -> put(list(one, reader), version).status()))
            .limit(16)
            .toList();
    assertThat(answers.stream().map(CompletableFuture::join)).containsOnlyOnce(200).contains(412);
  }

  @Test
  void a_list_whose_role_another_one_has_replaced_is_of_another_version() {
    JsonObject role = firm.role();
    put(list(one, role)).ok();
    String version = version();
    JsonObject replaced =
        new JsonObject()
            .put("role_key", role.getString("key"))
            .put("to_role_key", reader.getString("key"));
    firm.management.post("/role_sets/role_set:default/roles/replace", replaced).ok();
    put(list(two, reader), version).assertRefused(412, "group_role_mappings_changed");
  }

  @Test
  void what_else_is_changed_of_a_directory_leaves_the_version_of_its_list() {
    String version = version();
    firm.patch(directory, new JsonObject().put("name", "Renamed"));
    JsonObject mapping = new JsonObject().put("first_name", "nickName");
    firm.patch(directory, new JsonObject().put("attribute_mapping", mapping));
    assertThat(version()).isEqualTo(version);
  }
}
