package io.tollgate.management.scim;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/** The database finds what the library finds in memory, whatever is asked for. */
class FilterSqlPropertiesTest {
  private static final int USERS = 60;
  private static final OffsetDateTime START = OffsetDateTime.parse("2026-01-01T00:00:00Z");
  static final List<String> TEXTS =
      List.of(
          "a", "A", "b", "ab", "aB%", "a_b", "\\", "\"", "É", "é a", " ", "Ü'", "10", "9", "abc");
  private static final List<String> MARKS = List.of("work", "home", "Work", "other");

  private static final Map<String, ObjectNode> DOCUMENTS = new LinkedHashMap<>();
  private static @Nullable StoredDocuments open;

  @BeforeContainer
  static void store() {
    open = new StoredDocuments();
    var random = new Random(7);
    for (int i = 0; i < USERS; i++) {
      ScimDocument user = ScimDocument.ofUser(user(random, i));
      OffsetDateTime created = START.plusHours(i % 7);
      String id = "u" + i;
      stored().addUser(id, i, user, created);
      ObjectNode told = user.json().deepCopy();
      told.put("id", id);
      told.putObject("meta").put("created", created.toString()).put("resourceType", "User");
      DOCUMENTS.put(id, told);
    }
    for (String name : List.of("a", "ab", "É")) {
      addGroup(random, name);
    }
  }

  private static void addGroup(Random random, String name) {
    ObjectNode group = JsonNodeFactory.instance.objectNode().put("displayName", name);
    ArrayNode members = group.putArray("members");
    DOCUMENTS.forEach(
        (id, document) -> {
          if (random.nextInt(4) == 0) {
            members.addObject().put("value", id);
            document
                .withArray("groups")
                .addObject()
                .put("value", "g" + name)
                .put("display", name)
                .put("type", "direct");
          }
        });
    stored().addGroup("g" + name, ScimDocument.ofGroup(group), START);
  }

  private static StoredDocuments stored() {
    return Objects.requireNonNull(open);
  }

  @AfterContainer
  static void close() {
    stored().close();
  }

  private static ObjectNode user(Random random, int number) {
    ObjectNode user = JsonNodeFactory.instance.objectNode();
    user.put("userName", text(random) + number);
    user.put("active", random.nextBoolean());
    if (random.nextBoolean()) {
      user.put("externalId", text(random) + number);
    }
    maybe(random, user, "title");
    maybe(random, user, "displayName");
    if (random.nextBoolean()) {
      ObjectNode name = user.putObject("name");
      maybe(random, name, "givenName");
      maybe(random, name, "familyName");
    }
    ArrayNode emails = user.putArray("emails");
    for (int i = 0; i <= random.nextInt(3); i++) {
      element(random, emails.addObject(), i == 0).put("value", "a" + random.nextInt(9) + "@B.c");
    }
    ArrayNode phones = user.putArray("phoneNumbers");
    for (int i = 0; i < random.nextInt(3); i++) {
      ObjectNode phone = element(random, phones.addObject(), false);
      maybe(random, phone, "value");
      maybe(random, phone, "display");
    }
    ArrayNode addresses = user.putArray("addresses");
    for (int i = 0; i < random.nextInt(3); i++) {
      ObjectNode address = element(random, addresses.addObject(), i == 1);
      maybe(random, address, "country");
      maybe(random, address, "locality");
    }
    extensions(random, user);
    return user;
  }

  private static void extensions(Random random, ObjectNode user) {
    if (random.nextBoolean()) {
      ObjectNode enterprise = user.putObject(Schemas.ENTERPRISE);
      maybe(random, enterprise, "department");
      if (random.nextBoolean()) {
        maybe(random, enterprise.putObject("manager"), "value");
      }
    }
    if (random.nextBoolean()) {
      ObjectNode free = user.putObject(Schemas.CLERK);
      maybe(random, free, "badge");
      free.putArray("tags").add(text(random)).add(text(random));
      free.put("remote", random.nextBoolean());
      free.put("level", random.nextInt(3));
      free.putArray("cars").addObject().put("type", text(random)).put("plate", text(random));
    }
  }

  private static ObjectNode element(Random random, ObjectNode element, boolean primary) {
    if (random.nextInt(3) > 0) {
      element.put("type", MARKS.get(random.nextInt(MARKS.size())));
    }
    if (primary) {
      element.put("primary", random.nextBoolean());
    }
    return element;
  }

  private static void maybe(Random random, ObjectNode object, String name) {
    if (random.nextInt(3) > 0) {
      object.put(name, text(random));
    }
  }

  private static String text(Random random) {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  @Provide
  Arbitrary<String> filters() {
    return nested(Arbitraries.oneOf(conditions(), bracketed()), 3);
  }

  static Arbitrary<String> nested(Arbitrary<String> leaf, int depth) {
    if (depth == 0) {
      return leaf;
    }
    Arbitrary<String> inner = nested(leaf, depth - 1);
    return Arbitraries.frequencyOf(
        Tuple.of(3, leaf),
        Tuple.of(1, inner.map(it -> "not (" + it + ")")),
        Tuple.of(
            2,
            Combinators.combine(inner, Arbitraries.of("and", "or"), inner)
                .as((left, joint, right) -> left + " " + joint + " (" + right + ")")));
  }

  private static Arbitrary<String> conditions() {
    return condition(
        List.of(
            "userName",
            "externalId",
            "id",
            "title",
            "DISPLAYNAME",
            "name.givenName",
            "name.familyname",
            "emails",
            "emails.value",
            "emails.type",
            "phoneNumbers.value",
            "phoneNumbers",
            "phoneNumbers.display",
            "addresses.country",
            "addresses.type",
            "nobody",
            "groups.value",
            "groups.display",
            "groups",
            "meta.resourceType",
            "urn:ietf:params:scim:schemas:core:2.0:User:userName",
            Schemas.ENTERPRISE + ":department",
            Schemas.ENTERPRISE + ":manager",
            Schemas.ENTERPRISE + ":manager.value",
            Schemas.CLERK + ":badge",
            Schemas.CLERK + ":tags",
            Schemas.CLERK + ":cars.plate"),
        List.of(
            "active eq true",
            "active ne False",
            "emails.primary eq true",
            "emails.primary ne true",
            "addresses.primary eq false",
            "name pr",
            "emails pr",
            "addresses pr",
            "active pr",
            "title eq null",
            "title ne null",
            "emails eq null",
            "groups pr",
            Schemas.CLERK + ":remote eq true",
            Schemas.CLERK + ":level eq 2",
            Schemas.CLERK + ":level ne 1.0",
            Schemas.ENTERPRISE + ":manager pr",
            "meta.created gt \"2026-01-01T03:00:00Z\"",
            "meta.created le \"2026-01-01T05:00:00+01:00\"",
            "meta.created eq \"2026-01-01T04:00:00Z\""));
  }

  static Arbitrary<String> condition(List<String> names, List<String> others) {
    Arbitrary<String> compared =
        Combinators.combine(
                Arbitraries.of(names),
                Arbitraries.of("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "EQ"),
                values())
            .as((name, operator, value) -> name + " " + operator + " " + value);
    Arbitrary<String> present = Arbitraries.of(names).map(name -> name + " pr");
    return Arbitraries.frequencyOf(
        Tuple.of(5, compared), Tuple.of(1, present), Tuple.of(1, Arbitraries.of(others)));
  }

  private static Arbitrary<String> values() {
    List<String> texts = new ArrayList<>(TEXTS);
    texts.addAll(
        List.of("", "work", "a1@b.c", "@b", "B.C", "%", "_", "u1", "ga", "direct", "user"));
    return Arbitraries.of(texts)
        .map(text -> ScimJson.text(JsonNodeFactory.instance.textNode(text)));
  }

  private static Arbitrary<String> bracketed() {
    Arbitrary<String> parts =
        condition(
            List.of("value", "type", "display", "country", "locality", "plate"),
            List.of("primary eq true", "primary ne true", "type pr", "primary pr"));
    Arbitrary<String> inner = nested(parts, 2);
    Arbitrary<String> lists =
        Combinators.combine(
                Arbitraries.of(
                    "emails", "phoneNumbers", "addresses", "groups", Schemas.CLERK + ":cars"),
                inner)
            .as((name, filter) -> name + "[" + filter + "]");
    Arbitrary<String> names =
        nested(condition(List.of("givenName", "familyName"), List.of("givenName pr")), 2)
            .map(filter -> "name[" + filter + "]");
    Arbitrary<String> entra =
        Combinators.combine(Arbitraries.of(MARKS), values())
            .as((mark, value) -> "emails[type eq \"" + mark + "\"].value eq " + value);
    return Arbitraries.frequencyOf(Tuple.of(4, lists), Tuple.of(1, names), Tuple.of(1, entra));
  }

  @Property(tries = 3_000)
  void the_database_finds_what_is_found_in_memory(@ForAll("filters") String text) {
    Filter filter = Filters.parse(text, ResourceKind.USER);
    List<String> expected = new ArrayList<>();
    DOCUMENTS.forEach(
        (id, document) -> {
          if (InMemory.matches(filter, document)) {
            expected.add(id);
          }
        });
    assertThat(stored().users(text)).as(text).containsExactlyInAnyOrderElementsOf(expected);
  }

  /** The values that are compared are spread enough for filters to tell users apart. */
  @Property(tries = 1)
  void filters_match_some_users_and_not_others() {
    for (String filter :
        List.of("title eq \"a\"", "emails[type eq \"work\" and value sw \"a1\"]", "name pr")) {
      assertThat(stored().users(filter)).hasSizeBetween(1, USERS - 1);
    }
    JsonNode first = DOCUMENTS.values().iterator().next();
    assertThat(first.path("emails")).isNotEmpty();
  }
}
