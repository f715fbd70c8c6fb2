package io.tollgate.management.scim;

import static io.tollgate.management.scim.Bodies.json;
import static io.tollgate.management.scim.Bodies.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProjectionTest {
  private static final ObjectNode USER =
      json(
          """
          {'schemas': ['s'], 'id': 'i', 'userName': 'u',
           'name': {'givenName': 'G', 'familyName': 'F'},
           'emails': [{'value': 'a@b', 'type': 'work'}, {'value': 'c@d'}],
           'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User':
             {'department': 'D', 'manager': {'value': 'm', 'displayName': 'M'}}}
          """);

  private static String spelled(String text) {
    return text.replace("ENTERPRISE", Schemas.ENTERPRISE)
        .replace("CORE", ResourceKind.USER.schema());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          userName              | {'userName': 'u'}
          USERNAME, nobody      | {'userName': 'u'}
          id                    | {}
          CORE:userName         | {'userName': 'u'}
          name                  | {'name': {'givenName': 'G', 'familyName': 'F'}}
          name.givenName        | {'name': {'givenName': 'G'}}
          name.givenName,name   | {'name': {'givenName': 'G', 'familyName': 'F'}}
          emails.type           | {'emails': [{'type': 'work'}]}
          emails.display        | {'emails': []}
          ENTERPRISE \
            | {'ENTERPRISE': {'department': 'D', 'manager': {'value': 'm', 'displayName': 'M'}}}
          ENTERPRISE:department | {'ENTERPRISE': {'department': 'D'}}
          ENTERPRISE:manager.value | {'ENTERPRISE': {'manager': {'value': 'm'}}}
          """)
  void what_is_wanted_is_in_the_answer_with_id_and_schemas(String attributes, String answer) {
    ObjectNode expected = json("{'schemas': ['s'], 'id': 'i'}");
    json(spelled(answer))
        .properties()
        .forEach(
            member -> {
              if (!member.getValue().isEmpty() || member.getValue().isTextual()) {
                expected.set(member.getKey(), member.getValue());
              }
            });
    assertThat(Projection.of(spelled(attributes), "userName").apply(USER)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          emails, name, ENTERPRISE           | {'userName': 'u'}
          userName, id, schemas, emails.value, name.givenName, ENTERPRISE:manager \
            | {'name': {'familyName': 'F'}, 'emails': [{'type': 'work'}], \
              'ENTERPRISE': {'department': 'D'}}
          """)
  void what_is_not_wanted_is_not_in_the_answer(String excluded, String answer) {
    ObjectNode expected = json("{'schemas': ['s'], 'id': 'i'}");
    expected.setAll(json(spelled(answer)));
    assertThat(Projection.of(null, spelled(excluded)).apply(USER)).isEqualTo(expected);
  }

  @Test
  void all_is_in_the_answer_where_nothing_is_said() {
    assertThat(Projection.of(null, null).apply(USER)).isEqualTo(USER);
    assertThat(Projection.of("", " , ").apply(USER)).isEqualTo(USER);
    assertThat(Projection.ALL.apply(USER)).isEqualTo(USER);
  }

  @Test
  void what_an_answer_has_not_need_not_be_read() {
    assertThat(Projection.of(null, "Members").includes("members")).isFalse();
    assertThat(Projection.of(null, "members.value").includes("members")).isTrue();
    assertThat(Projection.of("displayName", null).includes("members")).isFalse();
    assertThat(Projection.of("members.value", null).includes("members")).isTrue();
    assertThat(Projection.of("displayName", null).includes("id")).isTrue();
    assertThat(Projection.ALL.includes("members")).isTrue();
  }

  @Test
  void names_are_bounded() {
    assertThat(refusal(() -> Projection.of("a,".repeat(201), null)))
        .isEqualTo("400 invalidValue: attributes may name 200 attributes.");
    assertThat(refusal(() -> Projection.of(null, "a,".repeat(20_000))))
        .isEqualTo("400 invalidValue: excludedAttributes may name 200 attributes.");
  }
}
