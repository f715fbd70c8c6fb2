package io.tollgate.management.scim;

import static io.tollgate.management.scim.Bodies.json;
import static io.tollgate.management.scim.Bodies.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttributePathTest {
  private static final ObjectNode DOCUMENT =
      json(
          """
          {'userName': 'u', 'name': {'givenName': 'G'},
           'emails': [{'value': 'a@b', 'type': 'work'}, {'value': 'c@d', 'type': 'home'}],
           'addresses': [{'type': 'home', 'country': 'FR'}, {'type': 'work', 'country': 'DE'}],
           'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User':
             {'costCenter': 'C', 'manager': {'value': 'm'}},
           'urn:ietf:params:scim:schemas:extension:clerk:2.0:User':
             {'tags': ['x', 'y'], 'level': 7, 'deep': {'er': {'still': true}}},
           'urn:acme:hr:1.0:User': {'badge': 'B'}}
          """);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          userName                                   | "u"
          USERNAME                                   | "u"
          name.givenName                             | "G"
          emails.0.value                             | "a@b"
          emails[0].value                            | "a@b"
          emails[1].type                             | "home"
          emails.#.value                             | ["a@b","c@d"]
          emails.value                               | ["a@b","c@d"]
          emails[type eq "home"].value               | "c@d"
          emails.#(type=="home").value               | "c@d"
          addresses[type eq "work"].country          | "DE"
          addresses[type eq "work" and country pr].country | "DE"
          urn:ietf:params:scim:schemas:core:2.0:User:userName | "u"
          urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter | "C"
          urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.costCenter | "C"
          urn:ietf:params:scim:schemas:extension:enterprise:2\\.0:User.costCenter | "C"
          urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value | "m"
          urn:ietf:params:scim:schemas:extension:clerk:2.0:User.tags | ["x","y"]
          urn:ietf:params:scim:schemas:extension:clerk:2.0:User.tags.1 | "y"
          urn:ietf:params:scim:schemas:extension:clerk:2.0:User.tags[1] | "y"
          urn:ietf:params:scim:schemas:extension:clerk:2.0:User.deep.er.still | true
          urn:acme:hr:1.0:User:badge                 | "B"
          urn:acme:hr:1.0:User.badge                 | "B"
          URN:ACME:hr:1.0:user.BADGE                 | "B"
          userName[0]                                | "u"
          """)
  void leads_to_a_value_in_either_spelling(String path, String value) {
    assertThat(ScimJson.text(AttributePath.read(DOCUMENT, path))).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "title",
        "name.middleName",
        "name.givenName.x",
        "emails.2.value",
        "emails[9].value",
        "emails[type eq \"other\"].value",
        "phoneNumbers.#.value",
        "userName.1",
        "urn:x:1.0:User:a",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division"
      })
  void leads_to_nothing_where_there_is_nothing(String path) {
    JsonNode found = AttributePath.read(DOCUMENT, path);
    assertThat(found.isMissingNode()).as(found.toString()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        "a.",
        ".a",
        "a..b",
        "a b",
        "emails[",
        "emails[type]",
        "emails[type eq \"a\"",
        "emails[0]value",
        "emails.#",
        "#",
        "urn:",
        "urn:x",
        "a.b.c.d.e.f.g.h.i",
        "@this|x",
        "emails.#(a%\"x\").b",
        "a\u0000"
      })
  void that_is_none_is_refused_and_says_what_a_path_is(String path) {
    assertThat(refusal(() -> AttributePath.parse(path)))
        .startsWith("400 invalidPath: The path must lead to an attribute, such as title");
  }
}
