package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.MEMBER;
import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.list;
import static io.tollgate.management.connection.Firm.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The endpoints of the lists that tell which groups make which roles. */
class GroupRoleListTest extends GroupRoleCase {

  @Test
  void a_list_is_shown_in_its_order_with_whole_roles_by_either_name() {
    JsonArray put = put(list(one, reader, two, builder)).ok().getJsonArray("data");
    assertThat(put).isEqualTo(mappings());
    JsonObject first = put.getJsonObject(0);
    assertThat(first.getJsonObject("role")).isEqualTo(reader);
    assertThat(first.getInteger("precedence")).isEqualTo(1);
    assertThat(first.getString("directory_group_id")).isEqualTo(one);
    JsonObject older =
        firm.management
            .get("/scim_directories/" + id(directory) + "/group_role_mappings")
            .ok()
            .getJsonArray("data")
            .getJsonObject(1);
    assertThat(older.getString("object")).isEqualTo("scim_group_role_mapping");
    assertThat(older.getString("scim_group_id")).isEqualTo(two);
    assertThat(older.getInteger("precedence")).isEqualTo(2);
  }

  @Test
  void a_list_that_is_put_in_another_order_tells_all_roles_anew_and_keeps_its_entries() {
    JsonArray before = put(list(one, reader, two, builder)).ok().getJsonArray("data");
    String user = firm.member(directory);
    firm.enter(directory, one, user);
    firm.enter(directory, two, user);
    JsonArray after = put(list(two, builder, one, reader)).ok().getJsonArray("data");
    assertThat(role(user)).isEqualTo(id(builder));
    assertThat(id(after.getJsonObject(0))).isEqualTo(id(before.getJsonObject(1)));
    assertThat(firm.actions(id(directory))).contains("directory.resolve");
    put(list()).ok();
    assertThat(role(user)).isEqualTo(MEMBER);
  }

  @Test
  void a_list_takes_an_entry_where_it_is_wanted_and_closes_the_gap_of_one_that_goes() {
    firm.map(directory, one, reader);
    String root = path(directory) + "/group_role_mappings";
    JsonObject strongest =
        new JsonObject()
            .put("directory_group_id", two)
            .put("role_id", id(builder))
            .put("precedence", 1);
    JsonObject made = firm.management.post(root, strongest).ok();
    assertThat(made.getInteger("precedence")).isEqualTo(1);
    assertThat(mappings().getJsonObject(1).getString("scim_group_id")).isEqualTo(one);
    String user = firm.member(directory);
    firm.enter(directory, one, user);
    firm.enter(directory, two, user);
    assertThat(role(user)).isEqualTo(id(builder));
    firm.management.delete(root + "/" + id(made)).ok();
    assertThat(role(user)).isEqualTo(id(reader));
    assertThat(mappings().getJsonObject(0).getInteger("precedence")).isEqualTo(1);
    firm.management.delete(root + "/" + id(made)).assertRefused(404, "resource_not_found");
  }

  @Test
  void a_list_keeps_the_entry_of_a_group_that_is_gone_and_no_other_group_takes_its_place() {
    JsonObject mapping = firm.map(directory, one, builder);
    String user = firm.member(directory);
    firm.enter(directory, one, user);
    String sql = "DELETE FROM tollgate.scim_group WHERE id = '" + one + "'";
    firm.change(change -> firm.told(change, directory, sql, user));
    assertThat(role(user)).isEqualTo(MEMBER);
    JsonObject orphan = mappings().getJsonObject(0);
    assertThat(id(orphan)).isEqualTo(id(mapping));
    assertThat(orphan.getBoolean("orphaned")).isTrue();
    assertThat(orphan.getString("scim_group_id")).isEqualTo(one);
    assertThat(orphan.getString("scim_group_display_name")).isEqualTo("Group " + one);
    firm.map(directory, two, reader);
    assertThat(mappings()).hasSize(2);
  }

  @Test
  void a_list_is_put_back_as_it_was_read_with_the_entry_of_a_group_that_is_gone() {
    put(list(one, builder, two, reader)).ok();
    firm.postgres.execute("DELETE FROM tollgate.scim_group WHERE id = '" + one + "'");
    JsonArray before = mappings();
    JsonArray after = put(list(two, reader, one, reader)).ok().getJsonArray("data");
    assertThat(id(after.getJsonObject(1))).isEqualTo(id(before.getJsonObject(0)));
    assertThat(after.getJsonObject(1).getBoolean("orphaned")).isTrue();
    assertThat(after.getJsonObject(1).getJsonObject("role")).isEqualTo(reader);
    assertThat(after.getJsonObject(0).getBoolean("orphaned")).isFalse();
  }

  @Test
  void an_entry_is_told_of_in_the_words_of_both_names_of_its_directory() {
    JsonObject newer = firm.map(directory, one, builder);
    JsonObject older =
        firm.management
            .get("/scim_directories/" + id(directory) + "/group_role_mappings")
            .ok()
            .getJsonArray("data")
            .getJsonObject(0);
    for (JsonObject told : List.of(newer, older)) {
      assertThat(told.getString("scim_directory_id")).isEqualTo(id(directory));
      assertThat(told.getString("directory_id")).isEqualTo(id(directory));
      assertThat(told.getString("scim_group_id")).isEqualTo(one);
      assertThat(told.getString("directory_group_id")).isEqualTo(one);
      assertThat(told.getString("scim_group_display_name")).isEqualTo("Group " + one);
      assertThat(told.getString("directory_group_display_name")).isEqualTo("Group " + one);
    }
  }

  @Test
  void a_list_shows_a_group_by_the_name_that_it_has_now_and_goes_by_the_group() {
    firm.map(directory, one, builder);
    String user = firm.member(directory);
    firm.enter(directory, one, user);
    firm.postgres.execute(
        "UPDATE tollgate.scim_group SET display_name = 'Renamed' WHERE id = '" + one + "'");
    assertThat(mappings().getJsonObject(0).getString("scim_group_display_name"))
        .isEqualTo("Renamed");
    firm.change(change -> firm.roles.apply(change, id(directory), List.of(user)));
    assertThat(role(user)).isEqualTo(id(builder));
  }

  @Test
  void a_list_is_frozen_while_mapping_is_off() {
    firm.map(directory, one, builder);
    firm.patch(directory, UNMAPPED);
    put(list()).assertRefused(400, "feature_not_enabled");
    assertThat(mappings()).hasSize(1);
  }

  @Test
  void a_list_maps_each_group_once() {
    Answer answer = put(list(one, reader, one, builder));
    answer.assertRefused(422, "form_param_duplicate");
    assertThat(answer.parameter()).isEqualTo("mappings[1].scim_group_id");
    firm.map(directory, one, reader);
    JsonObject again = new JsonObject().put("scim_group_id", one).put("role_id", id(builder));
    firm.management
        .post(path(directory) + "/group_role_mappings", again)
        .assertRefused(422, "form_already_exists");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {} | form_param_missing | scim_group_id
          {"scim_group_id":"g"} | form_param_missing | role_id
          {"scim_group_id":"g","role_id":"admin"} | form_param_format_invalid | role_id
          {"scim_group_id":"g","role_id":"role_0000000000000000000000admin"}\
           | form_resource_not_found | scim_group_id
          {"scim_group_id":"ONE","role_id":"role_000000000000000000000000000"}\
           | form_resource_not_found | role_id
          {"scim_group_id":"ONE","role_id":"role_0000000000000000000000admin","precedence":0}\
           | form_param_format_invalid | precedence
          {"scim_group_id":"ONE","role_id":"role_0000000000000000000000admin","precedence":1e99}\
           | form_param_format_invalid | precedence
          {"scim_group_id":"ONE","directory_group_id":"b","role_id":"r"}\
           | form_param_value_conflict | directory_group_id
          """)
  void a_list_takes_no_entry_that_is_none(String body, String code, String parameter) {
    String root = path(directory) + "/group_role_mappings";
    Answer answer = firm.management.post(root, body.replace("ONE", one));
    answer.assertRefused(422, code);
    assertThat(answer.parameter()).isEqualTo(parameter);
    assertThat(mappings()).isEmpty();
  }

  @Test
  void a_list_names_no_group_of_another_directory() {
    JsonObject other = firm.directory(firm.connection(firm.organization()));
    put(list(firm.group(other), reader)).assertRefused(422, "form_resource_not_found");
  }

  @Test
  void a_list_is_of_no_use_to_a_directory_of_no_organization() {
    directory = firm.directory(firm.made(Firm.wanted()));
    put(list(firm.group(directory), reader)).assertRefused(400, "feature_not_enabled");
  }
}
