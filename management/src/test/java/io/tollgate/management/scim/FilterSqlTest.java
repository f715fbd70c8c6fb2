package io.tollgate.management.scim;

import static io.tollgate.management.scim.Bodies.json;
import static io.tollgate.management.scim.Bodies.refusal;
import static io.tollgate.management.scim.Bodies.user;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What filters and orders find in a database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilterSqlTest {
  private static final OffsetDateTime START = OffsetDateTime.parse("2026-01-01T00:00:00Z");

  private final StoredDocuments stored = new StoredDocuments();

  @BeforeAll
  void store() {
    add(
        "ann",
        1,
        "{'userName': 'Ann@x.com', 'externalId': 'E1', 'active': true, 'title': 'Ä_%',"
            + " 'emails': [{'value': 'ann@x.com', 'type': 'work', 'primary': true},"
            + " {'value': 'alt@y.com', 'type': 'home'}]}");
    add(
        "bob",
        2,
        "{'userName': 'bob@x.com', 'externalId': 'e1', 'active': false, 'title': 'b',"
            + " 'emails': [{'value': 'alt@z.com', 'type': 'work'}, {'value': 'zoe@x.com',"
            + " 'primary': true}]}");
    add("cid", 3, "{'userName': 'CID@x.com', 'emails': ['mid@x.com']}");
    group("g1", "{'displayName': 'Staff', 'externalId': 'S', 'members': ['ann', 'bob']}");
    group("g2", "{'displayName': 'staff', 'members': ['ann']}");
  }

  private void add(String id, int number, String document) {
    stored.addUser(id, number, ScimDocument.ofUser(json(document)), START.plusDays(number));
  }

  private void group(String id, String document) {
    stored.addGroup(id, ScimDocument.ofGroup(json(document)), START);
  }

  @AfterAll
  void close() {
    stored.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          userName eq "ANN@X.COM"                              | ann
          externalId eq "E1"                                   | ann
          externalId eq "e1"                                   | bob
          id eq "ann"                                          | ann
          id eq "ANN"                                          | ~~
          emails[type eq "work"].value eq "ann@x.com"          | ann
          emails[type eq "work" and value sw "alt"]            | bob
          emails.type eq "home" and emails co "ANN"            | ann
          emails co "x.com"                                    | ann,bob,cid
          title co "_%"                                        | ann
          title sw "ä"                                         | ann
          title eq null                                        | cid
          not (title eq "b")                                   | ann,cid
          title ne "b"                                         | ann,cid
          active eq "False"                                    | bob
          active eq true                                       | ann,cid
          groups.value eq "g1"                                 | ann,bob
          groups[display eq "STAFF" and value ne "g1"]         | ann
          groups[value co "G"]                                 | ~~
          not (groups[value co "G"])                           | ann,bob,cid
          not (groups pr)                                      | cid
          meta.created ge "2026-01-03T00:00:00Z"               | bob,cid
          meta.resourceType eq "User" and userName sw "c"      | cid
          userName eq "ann@x.com" or externalId eq "e1" and active eq false | ann,bob
          nothing eq "x"                                       | ~~
          nothing ne "x" and userName sw "a"                   | ann
          userName eq "' OR '1'='1"                            | ~~
          """)
  void users_are_found(String filter, String ids) {
    assertThat(String.join(",", stored.users(filter))).isEqualTo(ids);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          displayName eq "STAFF"             | g1,g2
          externalId eq "S"                  | g1
          externalId eq "s"                  | ~~
          members.value eq "bob"             | g1
          members.value eq "g1"              | ~~
          members[value eq "bob" and type eq "User"] | g1
          members[value co "BO"]             | ~~
          members eq "ann"                   | g1,g2
          not (members eq "bob")             | g2
          members pr and meta.resourceType eq "Group" | g1,g2
          members.display eq "x"             | ~~
          userName eq "x"                    | ~~
          """)
  void groups_are_found(String filter, String ids) {
    assertThat(String.join(",", stored.groups(filter))).isEqualTo(ids);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, -, ann bob cid",
        "-, descending, cid bob ann",
        "userName, ascending, ann bob cid",
        "USERNAME, Descending, cid bob ann",
        "title, -, bob ann cid",
        "title, descending, cid ann bob",
        "externalId, -, ann bob cid",
        "active, -, bob ann cid",
        "emails, -, ann cid bob",
        "emails.value, descending, bob cid ann",
        "meta.created, descending, cid bob ann",
        "meta.resourceType, -, ann bob cid",
        "meta.version, -, ann bob cid",
        "name.familyName, -, ann bob cid",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department, -, ann bob cid",
        "urn:ietf:params:scim:schemas:extension:clerk:2.0:User:any, -, ann bob cid"
      })
  void users_stand_in_the_order_that_is_asked_for(
      @Nullable String sortBy, @Nullable String order, String ids) {
    assertThat(stored.found("id pr", sortBy, order, ResourceKind.USER))
        .isEqualTo(List.of(ids.split(" ")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nothing",
        "name",
        "password",
        "userName; DROP TABLE tollgate.scim_user",
        "1",
        "a.b.c",
        "userName DESC",
        "\"",
        "urn:acme:2.0:User:x"
      })
  void what_can_not_be_sorted_by_is_refused(String sortBy) {
    assertThat(refusal(() -> SortSql.of(sortBy, null, ResourceKind.USER, Vocabulary.STANDARD, 1)))
        .startsWith("400 invalidPath: ");
  }

  @Test
  void another_order_than_the_two_is_refused() {
    assertThat(refusal(() -> SortSql.of(null, "up", ResourceKind.USER, Vocabulary.STANDARD, 1)))
        .startsWith("400 invalidValue: sortOrder must be ascending or descending, was \"up\"");
  }

  @Test
  void no_value_stands_in_a_statement() {
    SqlCondition condition =
        FilterSql.of(
            Filters.parse("urn:x'y:1.0:User:n eq \"it's\" or title co \"it's\"", ResourceKind.USER),
            ResourceKind.USER,
            5);
    assertThat(condition.text()).doesNotContain("it's").doesNotContain("x'y").contains("$5", "$8");
    assertThat(condition.parameters()).hasSize(4).contains("it's", "%it's%");
  }

  @Test
  void a_document_of_the_longest_texts_can_be_kept_and_found() {
    String text = "\uFDFA".repeat(8_000);
    stored.addUser(
        "long",
        9,
        ScimDocument.ofUser(
            user("'title': '" + text + "', 'externalId': '" + "€".repeat(256) + "'")),
        START.minusDays(9));
    assertThat(stored.users("title eq \"" + text + "\"")).containsExactly("long");
    assertThat(stored.users("title sw \"" + text.substring(0, 8) + "\"")).containsExactly("long");
    stored.postgres().execute("DELETE FROM tollgate.scim_user WHERE id = 'long'");
  }
}
