package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.ENTERPRISE;
import static io.tollgate.management.directory.Sync.GROUP;
import static io.tollgate.management.directory.Sync.USER;
import static io.tollgate.management.directory.Sync.assertRefused;
import static io.tollgate.management.directory.Sync.email;
import static io.tollgate.management.directory.Sync.group;
import static io.tollgate.management.directory.Sync.ids;
import static io.tollgate.management.directory.Sync.listed;
import static io.tollgate.management.directory.Sync.memberIds;
import static io.tollgate.management.directory.Sync.name;
import static io.tollgate.management.directory.Sync.op;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Entra sends, request by request, with the flag aadOptscim062020 in its URL and without. */
class EntraTest {
  private static final String ADSCIM = "http://schemas.microsoft.com/2006/11/ResourceManagement";

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

  private static Answer filtered(String under, String filter) {
    return sync.get(under + "filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8));
  }

  /** A new person as Entra tells of him. */
  private static JsonObject provisioned(String name) {
    return new JsonObject()
        .put("schemas", new JsonArray().add(USER).add(ENTERPRISE))
        .put("externalId", name)
        .put("userName", name + "@" + sync.domain)
        .put("active", true)
        .put("displayName", "Bobby Lee")
        .put("emails", new JsonArray().add(email(name + "@" + sync.domain)))
        .put("meta", new JsonObject().put("resourceType", "User"))
        .put("name", new JsonObject().put("familyName", "Lee").put("givenName", "Bobby"))
        .put("roles", new JsonArray());
  }

  private static JsonObject read(JsonObject created) {
    return sync.get(user(created)).ok();
  }

  @Nested
  class Connecting {
    @Test
    void asks_for_users_and_groups_that_nobody_has() {
      String guid = UUID.randomUUID().toString();
      assertThat(
              filtered("/Users?", "userName eq \"" + guid + "\"").ok().getInteger("totalResults"))
          .isZero();
      assertThat(
              filtered("/Groups?excludedAttributes=members&", "displayName eq \"" + guid + "\"")
                  .ok()
                  .getInteger("totalResults"))
          .isZero();
    }

    @Test
    void finds_what_it_maps_among_the_schemas() {
      String schemas = sync.get("/Schemas").body();
      for (String attribute :
          new String[] {"userName", "active", "emails", "department", "manager", "members"}) {
        assertThat(schemas).contains("\"" + attribute + "\"");
      }
      assertThat(sync.get("/Schemas/" + GROUP).ok().getString("id")).isEqualTo(GROUP);
      assertThat(sync.get("/ResourceTypes").ok().getInteger("totalResults")).isEqualTo(2);
      JsonObject config = sync.get("/ServiceProviderConfig").ok();
      assertThat(config.getJsonObject("bulk").getBoolean("supported")).isFalse();
      assertRefused(sync.post("/Bulk", "{}"), 501, null);
    }
  }

  @Nested
  class Matching {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "userName eq \"%s@%s\"",
          "externalId eq \"%s\"",
          "emails[type eq \"work\"].value eq \"%s@%s\"",
          "emails[type eq \"work\" and value eq \"%s@%s\"]"
        })
    void finds_a_user_by(String filter) {
      String name = name();
      JsonObject created = sync.created(provisioned(name));
      assertThat(ids(filtered("/Users?", filter.formatted(name, sync.domain))))
          .containsExactly(created.getString("id"));
    }
  }

  @Nested
  class Users {
    @Test
    void are_created_with_a_manager_as_a_bare_string_and_kept_as_they_are_sent() {
      JsonObject wanted =
          provisioned(name())
              .put("phoneNumbers", new JsonArray().add(phone("+1 (425) 555-0100")))
              .put(
                  ENTERPRISE,
                  new JsonObject().put("department", "Research").put("manager", "the-boss"));
      JsonObject created = read(sync.created(wanted));
      assertThat(created.getJsonArray("phoneNumbers").getJsonObject(0).getString("value"))
          .isEqualTo("+1 (425) 555-0100");
      JsonObject enterprise = created.getJsonObject(ENTERPRISE);
      assertThat(enterprise.getString("department")).isEqualTo("Research");
      assertThat(enterprise.getJsonObject("manager").getString("value")).isEqualTo("the-boss");
    }

    private static JsonObject phone(String number) {
      return new JsonObject().put("type", "mobile").put("value", number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Add", "Replace"})
    void are_updated_by_paths_and_what_is_not_there_is_made(String op) {
      JsonObject created = sync.created(provisioned(name()));
      Answer answer =
          sync.patch(
              user(created),
              op(op, "displayName", "Robert"),
              op(op, "name.givenName", "Robert"),
              op(op, "emails[type eq \"work\"].value", "robert@" + sync.domain),
              op(op, "phoneNumbers[type eq \"mobile\"].value", "425"),
              op(op, "addresses[type eq \"work\"].streetAddress", "1 Way"),
              op(op, ENTERPRISE + ":department", "Sales"));
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      JsonObject after = read(created);
      assertThat(after.getString("displayName")).isEqualTo("Robert");
      assertThat(after.getJsonObject("name").getString("givenName")).isEqualTo("Robert");
      assertThat(after.getJsonObject("name").getString("familyName")).isEqualTo("Lee");
      assertThat(after.getJsonArray("emails")).hasSize(1);
      assertThat(after.getJsonArray("emails").getJsonObject(0).getString("value"))
          .isEqualTo("robert@" + sync.domain);
      assertThat(after.getJsonArray("phoneNumbers").getJsonObject(0))
          .isEqualTo(new JsonObject().put("type", "mobile").put("value", "425"));
      assertThat(after.getJsonArray("addresses").getJsonObject(0).getString("streetAddress"))
          .isEqualTo("1 Way");
      assertThat(after.getJsonObject(ENTERPRISE).getString("department")).isEqualTo("Sales");
    }

    @Test
    void are_updated_with_the_flag_by_one_value_with_dotted_keys() {
      JsonObject created = sync.created(provisioned(name()));
      JsonObject value =
          new JsonObject()
              .put("displayName", "Roberta")
              .put("name.givenName", "Roberta")
              .put(ENTERPRISE + ":department", "Finance");
      Answer answer =
          sync.patch(
              user(created),
              op("replace", null, value),
              op("add", "phoneNumbers[type eq \"mobile\"].value", "426"));
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      JsonObject after = read(created);
      assertThat(after.getString("displayName")).isEqualTo("Roberta");
      assertThat(after.getJsonObject("name").getString("givenName")).isEqualTo("Roberta");
      assertThat(after.getJsonObject(ENTERPRISE).getString("department")).isEqualTo("Finance");
    }

    @ParameterizedTest
    @CsvSource({"Replace, False, True", "Replace, false, true", "replace, FALSE, TRUE"})
    void are_disabled_and_enabled_by_strings(String op, String off, String on) {
      JsonObject created = sync.created(provisioned(name()));
      assertThat(sync.patch(user(created), op(op, "active", off)).ok().getBoolean("active"))
          .isFalse();
      Answer found =
          filtered("/Users?", "externalId eq \"" + created.getString("externalId") + '"');
      assertThat(ids(found)).containsExactly(created.getString("id"));
      assertThat(listed(found).getFirst().getBoolean("active")).isFalse();
      assertThat(sync.patch(user(created), op(op, "active", on)).ok().getBoolean("active"))
          .isTrue();
    }

    @Test
    void are_disabled_and_enabled_with_the_flag_by_booleans() {
      JsonObject created = sync.created(provisioned(name()));
      JsonObject off = sync.patch(user(created), op("replace", "active", false)).ok();
      assertThat(off.getBoolean("active")).isFalse();
      JsonObject on = sync.patch(user(created), op("replace", "active", true)).ok();
      assertThat(on.getBoolean("active")).isTrue();
    }

    @Test
    void are_given_a_manager_and_lose_him_by_an_empty_string() {
      JsonObject created = sync.created(provisioned(name()));
      String manager = ENTERPRISE + ":manager";
      sync.patch(user(created), op("Add", manager, "boss-1")).ok();
      assertThat(read(created).getJsonObject(ENTERPRISE).getJsonObject("manager"))
          .isEqualTo(new JsonObject().put("value", "boss-1"));
      sync.patch(user(created), op("Replace", manager, "boss-2")).ok();
      assertThat(read(created).getJsonObject(ENTERPRISE).getJsonObject("manager"))
          .isEqualTo(new JsonObject().put("value", "boss-2"));
      sync.patch(user(created), op("Replace", manager, "")).ok();
      assertThat(read(created).getJsonObject(ENTERPRISE, new JsonObject()).getValue("manager"))
          .isNull();
    }

    @Test
    void lose_attributes_by_an_empty_string_and_by_null() {
      JsonObject created = sync.created(provisioned(name()).put("title", "Dr").put("locale", "de"));
      sync.patch(user(created), op("Replace", "title", ""), op("replace", "locale", null)).ok();
      JsonObject after = read(created);
      assertThat(after.containsKey("title")).isFalse();
      assertThat(after.containsKey("locale")).isFalse();
    }

    @Test
    void are_deleted_and_come_again_as_somebody_else() {
      String name = name();
      JsonObject created = sync.created(provisioned(name));
      assertThat(sync.delete(user(created)).status()).isEqualTo(204);
      assertRefused(sync.get(user(created)), 404, null);
      assertRefused(sync.patch(user(created), op("Replace", "active", "False")), 404, null);
      assertRefused(sync.delete(user(created)), 404, null);
      assertThat(sync.created(provisioned(name)).getString("id"))
          .isNotEqualTo(created.getString("id"));
    }
  }

  @Nested
  class Groups {
    private JsonObject provisionedGroup(String name) {
      Answer answer =
          sync.post(
              "/Groups",
              new JsonObject()
                  .put("schemas", new JsonArray().add(GROUP).add(ADSCIM + "/ADSCIM/2.0/Group"))
                  .put("externalId", UUID.randomUUID().toString())
                  .put("displayName", name)
                  .put("meta", new JsonObject().put("resourceType", "Group")));
      assertThat(answer.status()).as(answer.body()).isEqualTo(201);
      return answer.json();
    }

    private JsonArray entries(String... ids) {
      var entries = new JsonArray();
      for (String id : ids) {
        entries.add(new JsonObject().putNull("$ref").put("value", id));
      }
      return entries;
    }

    @Test
    void are_created_with_a_foreign_schema_and_matched_by_either_name() {
      String name = "Group " + name();
      JsonObject created = provisionedGroup(name);
      Answer found =
          filtered("/Groups?excludedAttributes=members&", "displayName eq \"" + name + "\"");
      assertThat(ids(found)).containsExactly(created.getString("id"));
      String externalId = created.getString("externalId");
      assertThat(ids(filtered("/Groups?", "externalId eq \"" + externalId + '"')))
          .containsExactly(created.getString("id"));
      JsonObject again = provisionedGroup(name);
      assertThat(again.getString("id")).isNotEqualTo(created.getString("id"));
    }

    @Test
    void are_read_without_members_where_they_are_excluded() {
      JsonObject created = provisionedGroup("Excluded");
      sync.patch(group(created), op("Add", "members", entries(sync.created().getString("id"))));
      JsonObject read = sync.get(group(created) + "?excludedAttributes=members").ok();
      assertThat(read.containsKey("members")).isFalse();
      assertThat(read.getString("displayName")).isEqualTo("Excluded");
    }

    @Test
    void lose_those_members_alone_that_a_removal_names_in_its_value() {
      String one = sync.created().getString("id");
      String two = sync.created().getString("id");
      String three = sync.created().getString("id");
      JsonObject created = provisionedGroup("Removal");
      assertThat(
              sync.patch(group(created), op("Add", "members", entries(one, two, three))).status())
          .isEqualTo(204);
      Answer answer = sync.patch(group(created), op("Remove", "members", entries(two)));
      assertThat(answer.status()).isEqualTo(204);
      assertThat(memberIds(sync.get(group(created)).ok())).containsExactlyInAnyOrder(one, three);
    }

    @Test
    void lose_members_with_the_flag_by_a_filter() {
      String one = sync.created().getString("id");
      String two = sync.created().getString("id");
      JsonObject created = provisionedGroup("Filtered");
      sync.patch(group(created), op("add", "members", entries(one, two)));
      JsonObject removal =
          new JsonObject().put("op", "remove").put("path", "members[value eq \"" + one + "\"]");
      assertThat(sync.patch(group(created), removal).status()).isEqualTo(204);
      assertThat(memberIds(sync.get(group(created)).ok())).containsExactly(two);
    }

    @Test
    void take_additions_and_removals_again_and_again() {
      String one = sync.created().getString("id");
      JsonObject created = provisionedGroup("Retried");
      for (int i = 0; i < 2; i++) {
        assertThat(sync.patch(group(created), op("Add", "members", entries(one))).status())
            .isEqualTo(204);
      }
      assertThat(memberIds(sync.get(group(created)).ok())).containsExactly(one);
      for (int i = 0; i < 2; i++) {
        assertThat(sync.patch(group(created), op("Remove", "members", entries(one))).status())
            .isEqualTo(204);
      }
    }
  }
}
