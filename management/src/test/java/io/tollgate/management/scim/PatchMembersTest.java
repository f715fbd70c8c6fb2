package io.tollgate.management.scim;

import static io.tollgate.management.scim.Bodies.json;
import static io.tollgate.management.scim.Bodies.patch;
import static io.tollgate.management.scim.Bodies.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a group's members by what identity providers send. */
class PatchMembersTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          {'op': 'add', 'path': 'members', 'value': [{'value': 'u', 'display': 'U'}]}    | ADD u
          {'op': 'Add', 'path': 'members', 'value': [{'$ref': null, 'value': 'u'}, \
              {'value': 'v'}]} \
            | ADD u,v
          {'op': 'add', 'value': {'members': [{'value': 'u'}]}}                          | ADD u
          {'op': 'replace', 'path': 'members', 'value': [{'value': 'u'}]}                | REPLACE u
          {'op': 'replace', 'value': {'members': [{'value': 'u'}]}}                      | REPLACE u
          {'op': 'replace', 'path': 'members', 'value': []} \
            | REPLACE ^^
          {'op': 'remove', 'path': 'members[value eq "u"]'}                              | REMOVE u
          {'op': 'remove', 'path': 'members[value eq "u" or value eq "v"]'} \
            | REMOVE u,v
          {'op': 'remove', \
              'path': 'urn:ietf:params:scim:schemas:core:2.0:Group:members[value eq "u"]'} \
            | REMOVE u
          {'op': 'Remove', 'path': 'members', 'value': [{'$ref': null, 'value': 'u'}]}   | REMOVE u
          {'op': 'Remove', 'path': 'members', 'value': {'members': [{'value': 'u'}]}}    | REMOVE u
          {'op': 'Remove', 'path': 'members', 'value': []}                               | REMOVE ^^
          {'op': 'remove', 'path': 'members'} \
            | REPLACE ^^
          """)
  void members_are_told_apart(String operation, String expected) {
    PatchRequest request =
        PatchRequest.parse(patch(operation.replace("\"", "\\\"")), ResourceKind.GROUP);
    assertThat(request.steps()).hasSize(1);
    MembersStep step = (MembersStep) request.steps().getFirst();
    assertThat((step.action() + " " + String.join(",", step.members().ids())).strip())
        .isEqualTo(expected.replace("^", "").strip());
  }

  @Test
  void a_push_of_a_group_is_its_name_and_its_members_in_order() {
    PatchRequest request =
        PatchRequest.parse(
            patch(
                "{'op': 'replace', 'value': {'id': 'g', 'displayName': 'N'}},"
                    + "{'op': 'remove', 'path': 'members[value eq \\\"u\\\"]'},"
                    + "{'op': 'add', 'path': 'members', 'value': [{'value': 'v'}]}"),
            ResourceKind.GROUP);
    assertThat(request.steps()).hasSize(3);
    ObjectNode group = json("{'displayName': 'G'}");
    ((DocumentStep) request.steps().get(0)).applyTo(group);
    assertThat(group).isEqualTo(json("{'displayName': 'N'}"));
    assertThat(((MembersStep) request.steps().get(1)).action())
        .isEqualTo(MembersStep.Action.REMOVE);
    assertThat(((MembersStep) request.steps().get(2)).members().ids()).containsExactly("v");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'op': 'remove', 'path': 'members[display eq \\\"u\\\"]'}",
        "{'op': 'remove', 'path': 'members[value ne \\\"u\\\"]'}",
        "{'op': 'remove', 'path': 'members[not (value eq \\\"u\\\")]'}",
        "{'op': 'add', 'path': 'members[value eq \\\"u\\\"]', 'value': 'x'}",
        "{'op': 'replace', 'path': 'members.value', 'value': 'x'}",
        "{'op': 'replace', 'path': 'members.display', 'value': 'x'}",
        "{'op': 'add', 'path': 'members', 'value': [{'display': 'x'}]}"
      })
  void members_that_are_not_named_by_their_ids_are_refused(String operation) {
    assertThat(refusal(() -> PatchRequest.parse(patch(operation), ResourceKind.GROUP)))
        .startsWith("400 ");
  }
}
