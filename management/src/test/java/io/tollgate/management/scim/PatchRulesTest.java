package io.tollgate.management.scim;

import static io.tollgate.management.scim.Bodies.json;
import static io.tollgate.management.scim.Bodies.patch;
import static io.tollgate.management.scim.Bodies.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of RFC 7644 that are easily broken, and what must not undo an end of access. */
class PatchRulesTest {
  private static ObjectNode patched(String document, String operations) {
    ObjectNode tree = json(document);
    PatchRequest.parse(patch(operations.replace("\"", "\\\"")), ResourceKind.USER)
        .steps()
        .forEach(step -> ((DocumentStep) step).applyTo(tree));
    return tree;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          {'op': 'Replace', 'path': 'favouriteColour', 'value': 'red'}
          {'op': 'Replace', 'path': 'name.nick', 'value': 'x'}
          {'op': 'Add', 'path': 'cars[type eq "work"].value', 'value': 'x'}
          {'op': 'Remove', 'path': 'emails[type eq "work"].colour'}
          {'op': 'Remove', 'path': 'favouriteColour'}
          {'op': 'Replace', 'path': 'title[type eq "work"]', 'value': 'x'}
          {'op': 'Add', 'path': 'displayName[type eq "work"].value', 'value': 'x'}
          {'op': 'replace', 'value': {'title[type eq "work"]': 'x'}}
          """)
  void somebody_is_switched_off_though_another_operation_is_of_what_nobody_knows(String unknown) {
    String off = "{'op': 'Replace', 'path': 'active', 'value': 'False'}";
    assertThat(patched("{'active': true}", unknown + "," + off))
        .isEqualTo(json("{'active': false}"));
    assertThat(
            PatchRequest.parse(patch(unknown.replace("\"", "\\\"")), ResourceKind.USER).dropped())
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          {'op': 'replace', 'path': 'active', 'value': null} | must be true or false, was "null"
          {'op': 'Add', 'path': 'active', 'value': ''}       | must be true or false, was ""
          {'op': 'replace', 'path': 'active', 'value': []}   | must be true or false, was "[]"
          {'op': 'replace', 'path': 'active', 'value': ['']} | must be true or false, was
          {'op': 'replace', 'path': 'ACTIVE', 'value': null} | must be true or false, was
          {'op': 'replace', 'value': {'title': 't', 'active': null}} | must be true or false, was
          {'op': 'add', 'value': {'active': ''}}             | must be true or false, was
          {'op': 'replace', 'path': 'urn:ietf:params:scim:schemas:core:2.0:User:active', \
            'value': null} | must be true or false, was
          {'op': 'Remove', 'path': 'active'}                 | can't be removed
          {'op': 'Remove', 'path': 'active', 'value': 'True'} | can't be removed
          """)
  void whether_somebody_is_active_is_said_or_the_request_is_refused(String operation, String why) {
    assertThat(refusal(() -> patched("{'active': true}", operation)))
        .startsWith("400 invalidValue: active " + why);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'op': 'Replace', 'path': 'active.value', 'value': 'False'}",
        "{'op': 'Replace', 'path': 'active[type eq \"work\"]', 'value': 'False'}",
        "{'op': 'Replace', 'path': 'active[type eq \"work\"].value', 'value': 'False'}",
        "{'op': 'replace', 'value': {'active.value': false}}"
      })
  void nobody_stays_active_since_a_part_of_it_was_asked_for_which_it_has_not(String operation) {
    assertThat(refusal(() -> patched("{'active': true}", operation)))
        .startsWith("400 invalidPath: active has no parts");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          {'title': 'a'} \
            | {'op': 'remove', 'path': 'title'}, {'op': 'replace', 'path': 'title', 'value': 'b'} \
            | {'title': 'b'}
          {'title': 'a'} \
            | {'op': 'replace', 'path': 'title', 'value': 'b'}, {'op': 'remove', 'path': 'title'} \
            | {}
          {'roles': [{'value': 'a'}]} \
            | {'op': 'remove', 'path': 'roles'}, {'op': 'add', 'path': 'roles', 'value': ['b']} \
            | {'roles': [{'value': 'b'}]}
          """)
  void operations_count_in_their_order(String before, String operations, String after) {
    assertThat(patched(before, operations)).isEqualTo(json(after));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          {'emails': [{'value': 'a@b', 'primary': true}]} \
            | {'op': 'add', 'path': 'emails', 'value': [{'value': 'c@d', 'primary': 'True'}]} \
            | {'emails': [{'value': 'a@b'}, {'value': 'c@d', 'primary': true}]}
          {'emails': [{'value': 'a@b', 'primary': true}, {'value': 'c@d'}]} \
            | {'op': 'add', 'path': 'emails', 'value': [{'value': 'c@d', 'primary': true}]} \
            | {'emails': [{'value': 'a@b'}, {'value': 'c@d', 'primary': true}]}
          {'emails': [{'value': 'a@b', 'primary': true}, {'value': 'c@d'}]} \
            | {'op': 'Replace', 'path': 'emails[value eq "c@d"].primary', 'value': 'True'} \
            | {'emails': [{'value': 'a@b'}, {'value': 'c@d', 'primary': true}]}
          {'emails': [{'value': 'a@b', 'primary': true}]} \
            | {'op': 'Replace', 'path': 'emails[value eq "a@b"].primary', 'value': 'False'} \
            | {'emails': [{'value': 'a@b', 'primary': false}]}
          {'roles': [{'value': 'a', 'primary': true}, {'value': 'b'}]} \
            | {'op': 'Replace', 'path': 'roles[primary eq "True"].value', 'value': 'c'} \
            | {'roles': [{'value': 'c', 'primary': true}, {'value': 'b'}]}
          {} \
            | {'op': 'Add', 'path': 'roles[primary eq "True"].value', 'value': 'c'} \
            | {'roles': [{'primary': true, 'value': 'c'}]}
          """)
  void a_new_primary_value_takes_the_place_of_the_one_before(
      String before, String operations, String after) {
    assertThat(patched(before, operations)).isEqualTo(json(after));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          {'name': {'givenName': 'G', 'familyName': 'F'}} \
            | {'op': 'replace', 'value': {'name': {'familyName': 'H'}}} \
            | {'name': {'givenName': 'G', 'familyName': 'H'}}
          {'addresses': [{'type': 'work', 'country': 'DE', 'locality': 'B'}]} \
            | {'op': 'Replace', 'path': 'addresses[type eq "work"]', 'value': {'country': 'FR'}} \
            | {'addresses': [{'type': 'work', 'country': 'FR', 'locality': 'B'}]}
          {'name': {'givenName': 'G', 'familyName': 'F'}} \
            | {'op': 'Replace', 'path': 'name', 'value': [{'familyName': 'H'}]} \
            | {'name': {'givenName': 'G', 'familyName': 'H'}}
          {'emails': [{'value': 'a@b', 'type': 'work'}]} \
            | {'op': 'add', 'path': 'emails', 'value': [{'value': 'a@b', 'type': 'work'}]} \
            | {'emails': [{'value': 'a@b', 'type': 'work'}]}
          {'phoneNumbers': [{'value': '1', 'type': 'work', 'primary': true}]} \
            | {'op': 'Add', 'path': 'phoneNumbers', 'value': {'value': '1', 'type': 'Work'}} \
            | {'phoneNumbers': [{'value': '1', 'type': 'Work', 'primary': true}]}
          """)
  void an_object_keeps_what_is_not_told_anew(String before, String operations, String after) {
    assertThat(patched(before, operations)).isEqualTo(json(after));
  }

  @Test
  void of_much_that_nobody_knows_it_is_told_how_much() {
    String members =
        IntStream.range(0, 5_000)
            .mapToObj(i -> "'color" + i + "': 'red'")
            .collect(Collectors.joining(","));
    PatchRequest request =
        PatchRequest.parse(patch("{'op': 'add', 'value': {" + members + "}}"), ResourceKind.USER);
    assertThat(request.dropped())
        .hasSize(20)
        .startsWith("\"color0\"")
        .endsWith("\"color19\" and 4980 more");
    assertThat(ScimDocument.ofUser(Bodies.user(members)).dropped()).isEqualTo(request.dropped());
  }
}
