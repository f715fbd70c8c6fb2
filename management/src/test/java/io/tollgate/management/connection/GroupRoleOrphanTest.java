package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.MEMBER;
import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.list;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What may take the place of a group that is gone, and who says so. */
class GroupRoleOrphanTest extends GroupRoleCase {
  private String mapping;

  @BeforeEach
  void orphan() {
    name(one, "Staff", "'ext-1'");
    mapping = id(firm.map(directory, one, builder));
    firm.postgres.execute("DELETE FROM tollgate.scim_group WHERE id = '" + one + "'");
    name(two, "Others", "NULL");
  }

  private void name(String group, String name, String externalId) {
    firm.postgres.execute(
        "UPDATE tollgate.scim_group SET display_name = '%1$s', display_name_key = lower('%1$s'),"
                .formatted(name)
            + " external_id = %s WHERE id = '%s'".formatted(externalId, group));
  }

  private JsonObject entry() {
    return mappings().getJsonObject(0);
  }

  private List<String> candidates() {
    JsonArray candidates = entry().getJsonArray("candidates");
    return candidates.stream()
        .map(JsonObject.class::cast)
        .map(one -> one.getString("directory_group_id") + " by " + one.getString("matched_by"))
        .toList();
  }

  private Answer attach(String group) {
    return firm.management.patch(
        root() + "/" + mapping, new JsonObject().put("directory_group_id", group));
  }

  @Test
  void a_group_of_its_external_id_is_a_candidate_before_all_of_its_name() {
    assertThat(candidates()).isEmpty();
    name(two, "STAFF", "NULL");
    assertThat(candidates()).containsExactly(two + " by display_name");
    String three = firm.group(directory);
    name(three, "Renamed", "'ext-1'");
    assertThat(candidates()).containsExactly(three + " by external_id");
  }

  @Test
  void a_group_that_is_mapped_already_or_another_directorys_is_none() {
    name(two, "Staff", "NULL");
    firm.map(directory, two, reader);
    JsonObject other = firm.directory(firm.connection(firm.organization()));
    name(firm.group(other), "Staff", "'ext-1'");
    assertThat(candidates()).isEmpty();
  }

  @Test
  void a_candidate_gives_no_role_before_somebody_says_so() {
    name(two, "Staff", "'ext-1'");
    String user = firm.member(directory);
    firm.enter(directory, two, user);
    assertThat(role(user)).isEqualTo(MEMBER);
    JsonObject attached = attach(two).ok();
    assertThat(id(attached)).isEqualTo(mapping);
    assertThat(attached.getBoolean("orphaned")).isFalse();
    assertThat(attached.getString("scim_group_id")).isEqualTo(two);
    assertThat(attached.getJsonArray("candidates")).isEmpty();
    assertThat(role(user)).isEqualTo(id(builder));
    assertThat(firm.mappedBy(user)).isEqualTo(mapping);
    assertThat(firm.actions(id(directory))).contains("directory.update_group_role_mappings");
  }

  @Test
  void said_once_more_it_changes_nothing() {
    JsonObject attached = attach(two).ok();
    assertThat(attach(two).ok()).isEqualTo(attached);
  }

  @Test
  void an_entry_keeps_its_place_in_the_list() {
    String three = firm.group(directory);
    put(list(three, reader, one, builder)).ok();
    assertThat(attach(two).ok().getInteger("precedence")).isEqualTo(2);
    assertThat(mappings()).hasSize(2);
  }

  @Test
  void a_list_that_is_put_back_as_it_is_changes_nothing() {
    String three = firm.group(directory);
    put(list(three, reader, one, builder)).ok();
    JsonArray before = mappings();
    String tag = firm.management.get(root()).header("ETag");
    List<String> actions = firm.actions(id(directory));
    put(list(three, reader, one, builder)).ok();
    assertThat(firm.management.get(root()).header("ETag")).isEqualTo(tag);
    assertThat(firm.actions(id(directory))).isEqualTo(actions);
    assertThat(mappings()).isEqualTo(before);
    put(list(three, reader, one, reader)).ok();
    assertThat(firm.management.get(root()).header("ETag")).isNotEqualTo(tag);
  }

  @Test
  void only_an_entry_without_a_group_is_given_one_and_only_a_group_that_is_there_and_free() {
    attach("nobody").assertRefused(422, "form_resource_not_found");
    JsonObject other = firm.directory(firm.connection(firm.organization()));
    attach(firm.group(other)).assertRefused(422, "form_resource_not_found");
    firm.map(directory, two, reader);
    attach(two).assertRefused(422, "form_already_exists");
    String three = firm.group(directory);
    attach(three).ok();
    Answer taken = attach(firm.group(directory));
    taken.assertRefused(422, "form_param_value_invalid");
    assertThat(taken.error().getString("long_message")).contains(three);
    firm.management
        .patch(root() + "/grpmap_" + "0".repeat(27), new JsonObject().put("scim_group_id", three))
        .assertRefused(404, "resource_not_found");
    firm.management
        .patch(root() + "/" + mapping, new JsonObject())
        .assertRefused(422, "form_param_missing");
  }

  @Test
  void it_may_name_the_version_that_it_is_about_and_needs_mapping_to_be_on() {
    var request = firm.management.request(root() + "/" + mapping).setHeader("If-Match", "\"0\"");
    var body = new JsonObject().put("scim_group_id", two).encode();
    firm.management
        .send(request.method("PATCH", BodyPublishers.ofString(body)))
        .assertRefused(412, "group_role_mappings_changed");
    firm.patch(directory, UNMAPPED);
    attach(two).assertRefused(400, "feature_not_enabled");
    assertThat(entry().getBoolean("orphaned")).isTrue();
  }
}
