package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.ADMIN;
import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.management.TestManagement.Answer;
import io.tollgate.management.wire.ApiError;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A firm with roles to give, and a new directory with two groups for each test. */
abstract class GroupRoleCase {
  static final JsonObject UNMAPPED = new JsonObject().put("group_role_mapping_enabled", false);

  static Firm firm;
  static JsonObject builder;
  static JsonObject reader;

  JsonObject organization;
  JsonObject directory;
  String one;
  String two;

  @BeforeAll
  static void start() {
    firm = new Firm();
    builder = firm.role("org:sys_memberships:read", "org:sys_billing:read");
    reader = firm.role("org:sys_billing:read");
  }

  @AfterAll
  static void stop() {
    firm.close();
  }

  @BeforeEach
  void found() {
    organization = firm.organization();
    directory = firm.directory(firm.connection(organization));
    one = firm.group(directory);
    two = firm.group(directory);
  }

  Answer put(JsonObject mappings) {
    return firm.management.put(path(directory) + "/group_role_mappings", mappings);
  }

  JsonArray mappings() {
    return firm.management.get(path(directory) + "/group_role_mappings").ok().getJsonArray("data");
  }

  String root() {
    return path(directory) + "/group_role_mappings";
  }

  String role(String user) {
    return firm.roleOf(organization, user);
  }

  /** Lets the directory try it with the one who has made the organization. */
  void assertTheLastOwnerIsNotTakenOver() {
    String owner =
        firm.postgres.query(
            "SELECT user_id FROM tollgate.membership WHERE organization_id = '%s'"
                .formatted(id(organization)));
    firm.adopt(directory, owner, new JsonObject());
    assertThatThrownBy(() -> firm.join(directory, owner)).isInstanceOf(ApiError.class);
    assertThat(role(owner)).isEqualTo(ADMIN);
  }
}
