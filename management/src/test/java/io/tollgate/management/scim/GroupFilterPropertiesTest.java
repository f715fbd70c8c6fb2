package io.tollgate.management.scim;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.unboundid.scim2.common.filters.Filter;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/** The database finds those groups that the library finds in memory, whatever is asked for. */
class GroupFilterPropertiesTest {
  private static final int GROUPS = 26;
  private static final int PEOPLE = 6;
  private static final OffsetDateTime START = OffsetDateTime.parse("2026-01-01T00:00:00Z");

  private static final Map<String, ObjectNode> DOCUMENTS = new LinkedHashMap<>();
  private static @Nullable StoredDocuments open;

  @BeforeContainer
  static void store() {
    open = new StoredDocuments();
    for (int i = 0; i < PEOPLE; i++) {
      ObjectNode user = Bodies.json("{'userName': 'n" + i + "', 'emails': ['n@b.c']}");
      stored().addUser("u" + i, i, ScimDocument.ofUser(user), START);
    }
    var random = new Random(7);
    for (int i = 0; i < GROUPS; i++) {
      ObjectNode group = group(random, i);
      String id = id(i);
      OffsetDateTime created = START.plusHours(i % 7);
      stored().addGroup(id, ScimDocument.ofGroup(group), created);
      group.put("id", id);
      group.putObject("meta").put("created", created.toString()).put("resourceType", "Group");
      DOCUMENTS.put(id, group);
    }
  }

  private static String id(int number) {
    return "g" + (char) ('a' + number);
  }

  private static ObjectNode group(Random random, int number) {
    ObjectNode group = JsonNodeFactory.instance.objectNode();
    String name = FilterSqlPropertiesTest.TEXTS.get(number % FilterSqlPropertiesTest.TEXTS.size());
    group.put("displayName", name.isBlank() ? "blank" : name);
    if (random.nextBoolean()) {
      group.put("externalId", name + number);
    }
    ArrayNode members = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < PEOPLE; i++) {
      if (random.nextInt(3) == 0) {
        members.addObject().put("value", "u" + i).put("type", "User");
      }
    }
    if (number > 0 && random.nextInt(3) == 0) {
      members.addObject().put("value", id(random.nextInt(number))).put("type", "Group");
    }
    if (!members.isEmpty()) {
      group.set("members", members);
    }
    return group;
  }

  private static StoredDocuments stored() {
    return Objects.requireNonNull(open);
  }

  @AfterContainer
  static void close() {
    stored().close();
  }

  @Provide
  Arbitrary<String> filters() {
    Arbitrary<String> conditions =
        FilterSqlPropertiesTest.condition(
            List.of(
                "displayName",
                "DISPLAYNAME",
                "urn:ietf:params:scim:schemas:core:2.0:Group:displayName",
                "externalId",
                "id",
                "members",
                "members.value",
                "members.type",
                "meta.resourceType",
                "nobody"),
            List.of(
                "members pr",
                "members eq null",
                "members.value eq \"u2\"",
                "not (members.value eq \"u3\")",
                "externalId eq null",
                "externalId ne null",
                "meta pr",
                "meta.created gt \"2026-01-01T03:00:00Z\"",
                "meta.created eq \"2026-01-01T04:00:00Z\""));
    Arbitrary<String> members =
        FilterSqlPropertiesTest.nested(
                FilterSqlPropertiesTest.condition(
                    List.of("value", "type"),
                    List.of(
                        "value eq \"u4\"", "type eq \"user\"", "type eq \"Group\"", "value pr")),
                2)
            .map(inner -> "members[" + inner + "]");
    return FilterSqlPropertiesTest.nested(Arbitraries.oneOf(conditions, members), 3);
  }

  @Property(tries = 2_000)
  void the_database_finds_what_is_found_in_memory(@ForAll("filters") String text) {
    Filter filter = Filters.parse(text, ResourceKind.GROUP);
    List<String> expected = new ArrayList<>();
    DOCUMENTS.forEach(
        (id, document) -> {
          if (InMemory.matches(filter, document)) {
            expected.add(id);
          }
        });
    assertThat(stored().groups(text)).as(text).containsExactlyInAnyOrderElementsOf(expected);
  }

  /** The values that are compared are spread enough for filters to tell groups apart. */
  @Property(tries = 1)
  void filters_match_some_groups_and_not_others() {
    for (String filter :
        List.of("displayName eq \"a\"", "members[type eq \"Group\"]", "externalId pr")) {
      assertThat(stored().groups(filter)).hasSizeBetween(1, GROUPS - 1);
    }
  }
}
