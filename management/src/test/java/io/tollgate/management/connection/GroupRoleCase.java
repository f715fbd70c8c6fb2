package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.path;

import io.tollgate.management.TestManagement.Answer;
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
}
