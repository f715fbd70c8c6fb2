package io.tollgate.management.scim;

import static io.tollgate.management.scim.Bodies.json;
import static io.tollgate.management.scim.Bodies.refusal;
import static io.tollgate.management.scim.Bodies.user;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScimDocumentTest {
  private static final String ENTERPRISE = "'" + Schemas.ENTERPRISE + "'";

  /** Returns what a document has beside what each user has. */
  private static ObjectNode kept(ScimDocument document) {
    ObjectNode json = document.json().deepCopy();
    json.remove(List.of("schemas", "userName", "emails", "active"));
    return json;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          'title': 'Boss'                                | {'title': 'Boss'}
          'TITLE': 'Boss'                                | {'title': 'Boss'}
          'title': ''                                    | {}
          'title': null                                  | {}
          'title': ['Boss']                              | {'title': 'Boss'}
          'title': 7                                     | {'title': '7'}
          'name': {'GivenName': 'A', 'familyName': ''}   | {'name': {'givenName': 'A'}}
          'name': {'givenName': null}                    | {}
          'name.givenName': 'A', 'name.familyName': 'B' \
            | {'name': {'givenName': 'A', 'familyName': 'B'}}
          'roles': []                                    | {}
          'roles': ['admin']                             | {'roles': [{'value': 'admin'}]}
          'roles': [{'value': 'x', 'primary': 'True'}] \
            | {'roles': [{'value': 'x', 'primary': true}]}
          'phoneNumbers': [{'type': 'work', 'value': ''}] | {}
          'phoneNumbers': [{'type': 'work', 'value': '+1 (2)'}] \
            | {'phoneNumbers': [{'type': 'work', 'value': '+1 (2)'}]}
          'addresses': [{'type': 'work', 'primary': false}] | {}
          'password': 'secret'                           | {}
          'id': 'x', 'meta': {'resourceType': 'User'}    | {}
          'groups': [{'value': 'g'}]                     | {}
          'favouriteColor': 'red'                        | {}
          'urn:acme:2.0:User': {'a': 'b'}                | {}
          """)
  void a_user_is_kept_as_the_schemas_describe_him(String sent, String kept) {
    assertThat(kept(ScimDocument.ofUser(user(sent)))).isEqualTo(json(kept));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          'manager': 'm1'                     | {'manager': {'value': 'm1'}}
          'manager': {'value': 'm1', '$ref': null} | {'manager': {'value': 'm1'}}
          'manager': ''                       | {}
          'manager': {'value': ''}            | {}
          'DEPARTMENT': 'd'                   | {'department': 'd'}
          'shoeSize': 'big'                   | {}
          """)
  void an_employee_is_kept_as_the_schemas_describe_him(String sent, String kept) {
    ScimDocument document = ScimDocument.ofUser(user(ENTERPRISE + ": {" + sent + "}"));
    boolean nothing = kept.equals("{}");
    assertThat(kept(document))
        .isEqualTo(json(nothing ? "{}" : "{" + ENTERPRISE + ": " + kept + "}"));
    assertThat(document.json().path("schemas")).hasSize(nothing ? 1 : 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "'true'", "'True'", "'TRUE'", "[true]", "['True']"})
  void active_is_read_in_any_spelling(String yes) {
    assertThat(ScimDocument.ofUser(user("'active': " + yes)).active()).isTrue();
    String no =
        yes.replace("rue", "alse").replace("RUE", "ALSE").replace('t', 'f').replace('T', 'F');
    assertThat(ScimDocument.ofUser(user("'active': " + no)).active()).isFalse();
  }

  @Test
  void who_was_switched_off_stays_so_where_nothing_is_said() {
    assertThat(ScimDocument.ofUser(user("")).active()).isTrue();
    assertThat(ScimDocument.ofUser(user(""), Vocabulary.STANDARD, false).active()).isFalse();
    assertThat(ScimDocument.ofUser(user("'active': ''"), Vocabulary.STANDARD, false).active())
        .isFalse();
  }

  @Test
  void the_urn_of_an_attribute_is_as_good_as_its_place() {
    String sent =
        "'"
            + Schemas.ENTERPRISE
            + ":department': 'd', '"
            + ResourceKind.USER.schema()
            + ":title': 't'";
    assertThat(kept(ScimDocument.ofUser(user(sent))))
        .isEqualTo(json("{" + ENTERPRISE + ": {'department': 'd'}, 'title': 't'}"));
  }

  @Test
  void what_nobody_knows_is_told_of() {
    ScimDocument document =
        ScimDocument.ofUser(
            user(
                "'urn:acme:2.0:User': {'a': 'b'}, 'color': 'red', 'name': {'nick': 'x'}, "
                    + ENTERPRISE
                    + ": {'shoe': 7}"));
    assertThat(document.dropped())
        .containsExactly(
            "\"urn:acme:2.0:User\"",
            "\"color\"",
            "\"name.nick\"",
            "\"" + Schemas.ENTERPRISE + ":shoe\"");
  }

  @Test
  void what_is_mapped_is_known() {
    Vocabulary vocabulary =
        Vocabulary.of(
            List.of(
                "urn:acme:2.0:User:badge",
                "urn:other:1.0:User.level",
                "color",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:shoe",
                "no path ["));
    ScimDocument document =
        ScimDocument.ofUser(
            user(
                "'urn:acme:2.0:user': {'Badge': ['x', '', null]}, 'color': 'red',"
                    + " 'urn:other:1.0:User:level': 7, "
                    + ENTERPRISE
                    + ": {'shoe': true}"),
            vocabulary,
            true);
    assertThat(kept(document))
        .isEqualTo(
            json(
                "{'urn:acme:2.0:User': {'badge': ['x']}, 'color': 'red', 'urn:other:1.0:User':"
                    + " {'level': 7}, "
                    + ENTERPRISE
                    + ": {'shoe': true}}"));
    assertThat(document.dropped()).isEmpty();
  }

  @Test
  void both_open_extensions_take_any_attribute() {
    for (String urn : List.of(Schemas.CLERK, Schemas.TOLLGATE)) {
      String sent = "'" + urn + "': {'a': ['x'], 'b': {'c': [1, 2.50]}, 'd': false, 'e': ''}";
      assertThat(kept(ScimDocument.ofUser(user(sent))))
          .isEqualTo(json("{'" + urn + "': {'a': ['x'], 'b': {'c': [1, 2.50]}, 'd': false}}"));
    }
  }

  @Test
  void what_was_kept_is_kept_again_as_it_is() {
    ScimDocument once =
        ScimDocument.ofUser(
            user(
                "'name': {'givenName': 'A'}, 'externalId': 'e', 'active': 'False', "
                    + ENTERPRISE
                    + ": {'manager': 'm'}, '"
                    + Schemas.CLERK
                    + "': {'x': [1]}"));
    ScimDocument again = ScimDocument.ofUser(ScimJson.parse(ScimJson.text(once.json())));
    assertThat(again.json()).isEqualTo(once.json());
    assertThat(again.dropped()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {'emails': [{'value': 'a@b.c'}]}        | 400 invalidValue: userName is required
          {'userName': ' ', 'emails': ['a@b.c']}  | 400 invalidValue: userName is required
          {'userName': 'a'}                       | 400 invalidValue: emails is required
          {'userName': 'a', 'emails': []}         | 400 invalidValue: emails is required
          {'userName': 'a', 'emails': [{'type': 'work'}]} | 400 invalidValue: emails is required
          {'userName': 'a', 'emails': [{'display': 'A'}]} \
            | 400 invalidValue: emails.value must be an address
          {'userName': 'a', 'emails': ['a b@c']} \
            | 400 invalidValue: emails.value must be an address
          {'userName': 'a', 'emails': ['a@']} \
            | 400 invalidValue: emails.value must be an address
          {'userName': 'a', 'emails': 'x'} \
            | 400 invalidValue: emails.value must be an address
          {'userName': {'x': 'a'}}                | 400 invalidValue: userName must be a text
          {'userName': ['a', 'b']}                | 400 invalidValue: userName must be a text
          {'userName': true}                      | 400 invalidValue: userName must be a text
          {'userName': 'a', 'USERNAME': 'b'}      | 400 invalidSyntax: userName is named twice
          {'userName': 'a', 'active': 'yes'} \
            | 400 invalidValue: active must be true or false, was "yes"
          {'userName': 'a', 'active': 1} \
            | 400 invalidValue: active must be true or false, was "1"
          {'userName': 'a', 'name': 'A B'} \
            | 400 invalidValue: name must be an object, was "A B"
          {'userName': 'a', 'name': [{}, {}]}     | 400 invalidValue: name must be an object
          {'userName': 'a', 'addresses': ['x']} \
            | 400 invalidValue: addresses must be an object, was "x"
          {'userName': 'a', 'emails': [{'value': {'x': 1}}]} \
            | 400 invalidValue: emails.value must be a text
          {'userName': 'a', 'emails': [{'value': 'a@b.c', 'primary': true}, {'value': 'd@b.c', \
              'primary': 'true'}]} \
            | 400 invalidValue: emails may have one primary value, has 2
          {'userName': 'a', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': 'x'} \
            | 400 invalidValue: urn:ietf:params:scim:schemas:extension:enterprise:2.0:User must be
          {'userName': 'a', 'urn:ietf:params:scim:schemas:extension:clerk:2.0:User': {'x': 1, \
              'X': 2}} \
            | 400 invalidSyntax: urn:ietf:params:scim:schemas:extension:clerk:2.0:User:X is named
          """)
  void a_wrong_user_is_refused_with_a_reason(String sent, String reason) {
    assertThat(refusal(() -> ScimDocument.ofUser(json(sent)))).startsWith(reason);
  }

  @Test
  void all_of_a_user_is_bounded() {
    String emails = ", 'emails': ['a@b.c']";
    for (String members :
        List.of(
            "'userName': '" + "x".repeat(321) + "'" + emails,
            "'userName': 'a', 'externalId': '" + "x".repeat(257) + "'" + emails,
            "'userName': 'a', 'title': '" + "x".repeat(8_193) + "'" + emails,
            "'userName': 'a', 'emails': ['" + "x".repeat(320) + "@b.c']",
            "'userName': 'a', 'roles': [" + "'x',".repeat(500) + "'x']" + emails,
            "'userName': 'a', '"
                + Schemas.CLERK
                + "': {'x': ["
                + "'y',".repeat(500)
                + "'y']}"
                + emails,
            "'userName': 'a'" + emails + ", 'ims': [" + text(50) + "]")) {
      assertThat(refusal(() -> ScimDocument.ofUser(json("{" + members + "}"))))
          .startsWith("400 invalidValue: ");
    }
  }

  private static String text(int times) {
    return ("'" + "y".repeat(8_000) + "',").repeat(times) + "'z'";
  }

  @Test
  void a_user_is_found_by_what_is_told_of_him() {
    ScimDocument document =
        ScimDocument.ofUser(
            json(
                "{'userName': 'ÜNÏ@X.com', 'externalId': 'E1', 'displayName': 'Ü', 'emails':"
                    + " [{'value': 'A@b.c', 'type': 'Work', 'primary': true}, 'd@e.f']}"));
    assertThat(document.userName()).isEqualTo("ÜNÏ@X.com");
    assertThat(document.userNameKey()).isEqualTo("ünï@x.com");
    assertThat(document.externalId()).isEqualTo("E1");
    assertThat(document.displayName()).isEqualTo("Ü");
    assertThat(document.emails())
        .containsExactly(
            new ScimDocument.Email("A@b.c", "Work", true),
            new ScimDocument.Email("d@e.f", null, false));
    assertThat(document.valueRows())
        .containsExactlyInAnyOrder(
            new ValueRow("displayname", 0, null, "Ü", "ü", null),
            new ValueRow("emails", 0, "work", "A@b.c", "a@b.c", true),
            new ValueRow("emails", 1, null, "d@e.f", "d@e.f", null));
  }

  @Test
  void a_part_of_an_element_stands_in_a_row_of_the_same_place() {
    ScimDocument document =
        ScimDocument.ofUser(
            user(
                "'addresses': [{'type': 'work', 'country': 'DE'}, {'country': 'FR'}], "
                    + "'x509Certificates': ['QUJD'], '"
                    + Schemas.CLERK
                    + "': {'Tags': ['A', 'b']}, "
                    + ENTERPRISE
                    + ": {'manager': 'M'}"));
    assertThat(document.valueRows())
        .contains(
            new ValueRow("addresses", 0, "work", "", "", null),
            new ValueRow("addresses.country", 0, null, "DE", "de", null),
            new ValueRow("addresses", 1, null, "", "", null),
            new ValueRow("addresses.country", 1, null, "FR", "fr", null),
            new ValueRow("x509certificates", 0, null, "", "", null),
            new ValueRow(Schemas.CLERK.toLowerCase(Locale.ROOT) + ":tags", 1, null, "b", "b", null),
            new ValueRow(
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:manager.value",
                0,
                null,
                "M",
                "m",
                null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          'members': []                                    | ~~   | ~~
          'members': null                                  | ~~   | ~~
          'members': [{'value': 'u1', '$ref': null}, {'value': 'u2'}, {'value': 'u1'}] | u1,u2 | ~~
          'members': ['u1']                                | u1   | ~~
          'members': {'value': 'u1'}                       | u1   | ~~
          'members': [{'value': 'g', 'type': 'Group'}, {'value': 'u', 'type': 'User'}] | u | g
          'members': [{'value': 'g', '$ref': 'https://x/scim/v2/d/Groups/g'}] | ~~ | g
          """)
  void a_group_is_kept_without_its_members(String sent, String ids, String groups) {
    ScimDocument document =
        ScimDocument.ofGroup(
            json(
                "{'schemas': ['urn:ietf:params:scim:schemas:core:2.0:Group',"
                    + " 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],"
                    + " 'displayName': 'G', "
                    + sent
                    + "}"));
    assertThat(document.json())
        .isEqualTo(
            json(
                "{'schemas': ['urn:ietf:params:scim:schemas:core:2.0:Group'],"
                    + " 'displayName': 'G'}"));
    assertThat(String.join(",", document.members().ids())).isEqualTo(ids);
    assertThat(String.join(",", document.members().groups())).isEqualTo(groups);
    assertThat(document.displayNameKey()).isEqualTo("g");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {}                                     | 400 invalidValue: displayName is required
          {'displayName': ''}                    | 400 invalidValue: displayName is required
          {'displayName': {'a': 1}}              | 400 invalidValue: displayName must be a text
          {'displayName': 'a', 'members': [7]}   | 400 invalidValue: members must be objects
          {'displayName': 'a', 'members': [{}]}  | 400 invalidValue: members must be objects
          {'displayName': 'a', 'members': [{'value': ''}]} \
            | 400 invalidValue: members must be objects
          {'displayName': 'a', 'members': true}  | 400 invalidValue: members must be objects
          """)
  void a_wrong_group_is_refused_with_a_reason(String sent, String reason) {
    assertThat(refusal(() -> ScimDocument.ofGroup(json(sent)))).startsWith(reason);
  }

  @Test
  void a_group_may_have_so_many_members_at_once() {
    String members = "'x',".repeat(50_000) + "'x'";
    assertThat(
            refusal(
                () ->
                    ScimDocument.ofGroup(
                        json("{'displayName': 'a', 'members': [" + members + "]}"))))
        .startsWith("400 tooMany: members may have 50000 values, has 50001");
  }
}
