package io.tollgate.management.scim;

import static io.tollgate.management.scim.Bodies.json;
import static io.tollgate.management.scim.Bodies.patch;
import static io.tollgate.management.scim.Bodies.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a document by what identity providers send. */
class PatchTest {
  private static final String ENTERPRISE = "'" + Schemas.ENTERPRISE + "'";

  private static ObjectNode patched(String document, String operations) {
    ObjectNode tree = json(document);
    for (PatchStep step : PatchRequest.parse(patch(operations), ResourceKind.USER).steps()) {
      assertThat(step).isInstanceOf(DocumentStep.class);
      ((DocumentStep) step).applyTo(tree);
    }
    return tree;
  }

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
          {'active': true} | {'op': 'replace', 'value': {'active': false}} | {'active': false}
          {'active': true} | {'op': 'replace', 'path': 'active', 'value': false} | {'active': false}
          {'active': true} \
            | {'op': 'replace', 'path': 'active', 'value': [false]} \
            | {'active': false}
          {'title': 'a'} \
            | {'op': 'replace', 'value': {'id': 'x', 'meta': {}, 'title': 'b'}} \
            | {'title': 'b'}
          {'title': 'a'} \
            | {'op': 'replace', 'value': {'password': 'x', 'groups': [], 'schemas': []}} \
            | {'title': 'a'}
          """)
  void okta_is_understood(String before, String operation, String after) {
    assertThat(patched(before, operation)).isEqualTo(json(after));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {'active': true} \
            | {'op': 'Replace', 'path': 'active', 'value': 'False'} \
            | {'active': false}
          {'active': false} | {'op': 'Add', 'path': 'active', 'value': 'True'} | {'active': true}
          {} \
            | {'op': 'Add', 'path': 'displayName', 'value': 'D'} \
            | {'displayName': 'D'}
          {'title': 'a'}    | {'op': 'Replace', 'path': 'title', 'value': ''} | {}
          {'title': 'a'}    | {'op': 'Replace', 'path': 'title', 'value': null} | {}
          {'title': 'a'}    | {'op': 'Remove', 'path': 'title'} | {}
          {}                | {'op': 'Remove', 'path': 'title'} | {}
          {} \
            | {'op': 'Add', 'path': 'name.givenName', 'value': 'G'} \
            | {'name': {'givenName': 'G'}}
          {'name': {'givenName': 'G', 'familyName': 'F'}} \
            | {'op': 'Replace', 'path': 'name.givenName', 'value': ''} \
            | {'name': {'familyName': 'F'}}
          {'name': {'givenName': 'G'}} \
            | {'op': 'Replace', 'path': 'name.givenName', 'value': null} \
            | {}
          {} \
            | {'op': 'Add', 'path': 'emails[type eq ~work~].value', 'value': 'a@b'} \
            | {'emails': [{'type': 'work', 'value': 'a@b'}]}
          {} \
            | {'op': 'Replace', 'path': 'emails[type eq ~work~].value', 'value': 'a@b'} \
            | {'emails': [{'type': 'work', 'value': 'a@b'}]}
          {'emails': [{'type': 'work', 'value': 'a@b'}]} \
            | {'op': 'Add', 'path': 'emails[type eq ~Work~].value', 'value': 'c@d'} \
            | {'emails': [{'type': 'work', 'value': 'c@d'}]}
          {'emails': [{'type': 'home', 'value': 'a@b'}]} \
            | {'op': 'Replace', 'path': 'emails[type eq ~work~].value', 'value': 'c@d'} \
            | {'emails': [{'type': 'home', 'value': 'a@b'}, {'type': 'work', 'value': 'c@d'}]}
          {'phoneNumbers': [{'type': 'mobile', 'value': '1'}, {'type': 'work', 'value': '2'}]} \
            | {'op': 'Replace', 'path': 'phoneNumbers[type eq ~mobile~].value', 'value': ''} \
            | {'phoneNumbers': [{'type': 'work', 'value': '2'}]}
          {'phoneNumbers': [{'type': 'mobile', 'value': '1'}]} \
            | {'op': 'Remove', 'path': 'phoneNumbers[type eq ~mobile~].value'} \
            | {}
          {} \
            | {'op': 'Replace', 'path': 'phoneNumbers[type eq ~mobile~].value', 'value': ''} \
            | {}
          {'addresses': [{'type': 'work', 'country': 'DE'}]} \
            | {'op': 'Add', 'path': 'addresses[type eq ~work~].streetAddress', 'value': 'S'} \
            | {'addresses': [{'type': 'work', 'country': 'DE', 'streetAddress': 'S'}]}
          {} \
            | {'op': 'Replace', 'path': 'ENTERPRISE:department', 'value': 'D'} \
            | {'ENTERPRISE': {'department': 'D'}}
          {'ENTERPRISE': {'department': 'D'}} \
            | {'op': 'Replace', 'path': 'ENTERPRISE:department', 'value': ''} \
            | {}
          {} \
            | {'op': 'Add', 'path': 'ENTERPRISE:manager', 'value': 'm'} \
            | {'ENTERPRISE': {'manager': {'value': 'm'}}}
          {'ENTERPRISE': {'manager': {'value': 'm', 'displayName': 'M'}}} \
            | {'op': 'Replace', 'path': 'ENTERPRISE:manager', 'value': 'n'} \
            | {'ENTERPRISE': {'manager': {'value': 'n'}}}
          {'ENTERPRISE': {'manager': {'value': 'm'}}} \
            | {'op': 'Replace', 'path': 'ENTERPRISE:manager', 'value': ''} \
            | {}
          {} \
            | {'op': 'replace', 'value': {'name.givenName': 'G', 'ENTERPRISE:department': 'D', \
              'displayName': 'N'}} \
            | {'name': {'givenName': 'G'}, 'ENTERPRISE': {'department': 'D'}, 'displayName': 'N'}
          {} \
            | {'op': 'add', 'value': {'emails[type eq \\~work\\~].value': 'a@b'}} \
            | {'emails': [{'type': 'work', 'value': 'a@b'}]}
          {}                | {'op': 'Add', 'path': 'urn:acme:2.0:User:x', 'value': 'y'} | {}
          {} \
            | {'op': 'add', 'value': {'urn:acme:2.0:User:x': 'y', 'color': 'red', 'title': 't'}} \
            | {'title': 't'}
          """)
  void entra_is_understood(String before, String operation, String after) {
    String quoted = operation.replace("\\~", "\\\"").replace("~", "\\\"");
    assertThat(patched(spelled(before), spelled(quoted))).isEqualTo(json(spelled(after)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          {'name': {'givenName': 'G', 'familyName': 'F'}} \
            | {'op': 'replace', 'path': 'name', 'value': {'familyName': 'H'}} \
            | {'name': {'givenName': 'G', 'familyName': 'H'}}
          {'name': {'givenName': 'G', 'familyName': 'F'}} \
            | {'op': 'replace', 'path': 'name', 'value': {'familyName': ''}} \
            | {'name': {'givenName': 'G'}}
          {'name': {'givenName': 'G'}} | {'op': 'remove', 'path': 'name'} | {}
          {} \
            | {'op': 'add', 'path': 'name', 'value': {'givenName': 'G', 'familyName': null}} \
            | {'name': {'givenName': 'G'}}
          {'roles': [{'value': 'a'}]} \
            | {'op': 'add', 'path': 'roles', 'value': [{'value': 'b'}, {'value': 'A'}]} \
            | {'roles': [{'value': 'A'}, {'value': 'b'}]}
          {'roles': [{'value': 'a'}]} \
            | {'op': 'add', 'path': 'roles', 'value': {'value': 'b'}} \
            | {'roles': [{'value': 'a'}, {'value': 'b'}]}
          {'roles': [{'value': 'a'}]} \
            | {'op': 'replace', 'path': 'roles', 'value': [{'value': 'b'}]} \
            | {'roles': [{'value': 'b'}]}
          {'roles': [{'value': 'a'}]}  | {'op': 'replace', 'path': 'roles', 'value': []} | {}
          {'roles': [{'value': 'a'}, {'value': 'b'}]} \
            | {'op': 'remove', 'path': 'roles', 'value': [{'value': 'a'}]} \
            | {'roles': [{'value': 'b'}]}
          {'roles': [{'value': 'a'}, {'value': 'b'}]} \
            | {'op': 'remove', 'path': 'roles[value eq "a"]'} \
            | {'roles': [{'value': 'b'}]}
          {'roles': [{'value': 'a'}]} \
            | {'op': 'remove', 'path': 'roles[value eq "c"]'} \
            | {'roles': [{'value': 'a'}]}
          {'roles': [{'value': 'a'}]}  | {'op': 'remove', 'path': 'roles'} | {}
          {'roles': [{'value': 'a', 'primary': true}]} \
            | {'op': 'add', 'path': 'roles', 'value': [{'value': 'b', 'primary': true}]} \
            | {'roles': [{'value': 'a'}, {'value': 'b', 'primary': true}]}
          {'roles': [{'value': 'a', 'primary': true}, {'value': 'b'}]} \
            | {'op': 'replace', 'path': 'roles[value eq "b"].primary', 'value': true} \
            | {'roles': [{'value': 'a'}, {'value': 'b', 'primary': true}]}
          {'roles': [{'value': 'a', 'display': 'A'}]} \
            | {'op': 'replace', 'path': 'roles[value eq "a"]', 'value': {'display': 'B'}} \
            | {'roles': [{'value': 'a', 'display': 'B'}]}
          {'roles': [{'value': 'a'}, {'value': 'b'}]} \
            | {'op': 'replace', 'path': 'roles.type', 'value': 'x'} \
            | {'roles': [{'value': 'a', 'type': 'x'}, {'value': 'b', 'type': 'x'}]}
          {'ENTERPRISE': {'department': 'D'}, 'title': 't'} \
            | {'op': 'remove', 'path': 'ENTERPRISE'} \
            | {'title': 't'}
          {} \
            | {'op': 'add', 'path': 'ENTERPRISE', 'value': {'department': 'D', 'shoe': 1}} \
            | {'ENTERPRISE': {'department': 'D'}}
          {} \
            | {'op': 'add', 'path': 'CORE:title', 'value': 't'} \
            | {'title': 't'}
          {'title': 'a'} \
            | {'op': 'replace', 'path': 'title', 'value': 'b'}, {'op': 'remove', \
              'path': 'title'}, {'op': 'add', 'path': 'nickName', 'value': 'n'} \
            | {'nickName': 'n'}
          """)
  void the_standard_is_understood(String before, String operations, String after) {
    String quoted = operations.replace("\"", "\\\"");
    assertThat(patched(spelled(before), spelled(quoted))).isEqualTo(json(spelled(after)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {'photos': [{'value': 'u/A'}, {'value': 'u/a'}]} \
            | {'op': 'remove', 'path': 'photos[value eq "u/a"]'} \
            | {'photos': [{'value': 'u/A'}]}
          {'photos': [{'value': 'u/A'}]} \
            | {'op': 'add', 'path': 'photos', 'value': [{'value': 'u/a'}]} \
            | {'photos': [{'value': 'u/A'}, {'value': 'u/a'}]}
          {'roles': [{'value': 'A'}, {'value': 'b'}]} \
            | {'op': 'remove', 'path': 'roles[value eq "a"]'} \
            | {'roles': [{'value': 'b'}]}
          {'roles': [{'value': 'A'}]} \
            | {'op': 'add', 'path': 'roles', 'value': [{'value': 'a', 'display': 'D'}]} \
            | {'roles': [{'value': 'a', 'display': 'D'}]}
          """)
  void only_what_has_case_is_told_apart_by_it(String before, String operation, String after) {
    assertThat(patched(before, operation.replace("\"", "\\\""))).isEqualTo(json(after));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          {'op': 'remove'}                                     | 400 noTarget: path is required
          {'op': 'remove', 'path': ''}                         | 400 noTarget: path is required
          {'op': 'replace', 'path': 'id', 'value': 'x'}        | 400 mutability: id can't be written
          {'op': 'replace', 'path': 'meta.created', 'value': 'x'} \
            | 400 mutability: meta.created can't be written
          {'op': 'add', 'path': 'groups', 'value': [{'value': 'g'}]} \
            | 400 mutability: groups can't be written
          {'op': 'remove', 'path': 'groups[value eq "g"]'} \
            | 400 mutability: groups can't be written
          {'op': 'replace', 'path': 'roles[value eq "x"]', 'value': {'display': 'd'}} \
            | 400 noTarget: No value of roles matches
          {'op': 'replace', 'path': 'roles[value eq "x"].display', 'value': 'd'} \
            | 400 noTarget: No value of roles matches
          {'op': 'add', 'path': 'emails[value co "x"].type', 'value': 'd'} \
            | 400 noTarget: No value of emails matches
          {'op': 'replace', 'path': 'color..x', 'value': 'x'} \
            | 400 invalidPath: The path must name an attribute
          {'op': 'replace', 'path': 'name.nick.x', 'value': 'x'} \
            | 400 invalidPath: The path must name an attribute
          {'op': 'replace', 'path': 'a b', 'value': 'x'} \
            | 400 invalidPath: The path must name an attribute
          {'op': 'replace', 'path': 'emails[type', 'value': 'x'} | 400 invalidFilter
          {'op': 'replace', 'path': 'emails[type eq "a"]x', 'value': 'x'} | 400 invalidPath
          {'op': 'replace', 'path': 'name.givenName[a pr]', 'value': 'x'} | 400 invalidPath
          {'op': 'replace', 'path': 7, 'value': 'x'} \
            | 400 invalidPath: path must be a text
          {'op': 'replace', 'path': 'title'}                   | 400 invalidValue: value is required
          {'op': 'add'}                                        | 400 invalidValue: value is required
          {'op': 'add', 'value': 'x'} \
            | 400 invalidValue: value must be an object
          {'op': 'add', 'value': null} \
            | 400 invalidValue: value must be an object
          {'op': 'replace', 'path': 'active', 'value': 'maybe'} \
            | 400 invalidValue: active must be true or false
          {'op': 'replace', 'path': 'title', 'value': {'a': 1}} \
            | 400 invalidValue: title must be a text
          {'op': 'replace', 'path': 'name', 'value': 'x'} \
            | 400 invalidValue: name must be an object
          {'op': 'move', 'path': 'title', 'value': 'x'} \
            | 400 invalidSyntax: op must be add, replace or remove, was "move"
          {'path': 'title', 'value': 'x'}                      | 400 invalidSyntax: op must be
          7                                                    | 400 invalidSyntax: op must be
          """)
  void what_can_not_be_done_is_refused_with_a_reason(String operation, String reason) {
    String quoted = operation.replace("\"", "\\\"");
    assertThat(refusal(() -> patched("{'roles': [{'value': 'a'}]}", quoted))).startsWith(reason);
  }

  @Test
  void a_patch_is_a_list_of_operations_of_which_there_is_a_limit() {
    ResourceKind user = ResourceKind.USER;
    assertThat(refusal(() -> PatchRequest.parse(json("{}"), user)))
        .startsWith("400 invalidSyntax: Operations must be");
    assertThat(refusal(() -> PatchRequest.parse(patch(""), user)))
        .startsWith("400 invalidSyntax: Operations must be");
    assertThat(
            refusal(() -> PatchRequest.parse(json("{'schemas': ['x'], 'Operations': [1]}"), user)))
        .startsWith("400 invalidSyntax: schemas must name");
    String operation = "{'op': 'remove', 'path': 'title'}";
    String most = operation + ("," + operation).repeat(999);
    assertThat(PatchRequest.parse(patch(most), user).steps()).hasSize(1_000);
    assertThat(refusal(() -> PatchRequest.parse(patch(most + "," + operation), user)))
        .startsWith("400 tooMany: A PATCH may have 1000 operations, has 1001");
  }

  @Test
  void a_path_has_few_conditions_but_names_many_members() {
    String more = " or value eq \\\"a\\\"".repeat(10);
    String path = "[value eq \\\"a\\\"" + more + "]'}";
    assertThat(
            refusal(
                () ->
                    PatchRequest.parse(
                        patch("{'op': 'remove', 'path': 'roles" + path), ResourceKind.USER)))
        .isEqualTo("400 invalidPath: The path may have 10 conditions, has 11.");
    assertThat(
            PatchRequest.parse(
                    patch("{'op': 'remove', 'path': 'members" + path), ResourceKind.GROUP)
                .steps())
        .hasSize(1);
  }

  @Test
  void what_nobody_knows_is_told_of() {
    PatchRequest request =
        PatchRequest.parse(
            patch(
                "{'op': 'add', 'value': {'color': 'red', '"
                    + Schemas.ENTERPRISE
                    + ":shoe': 7}},"
                    + "{'op': 'add', 'path': 'urn:acme:2.0:User:x', 'value': 'y'}"),
            ResourceKind.USER);
    assertThat(request.steps()).isEmpty();
    assertThat(request.dropped())
        .containsExactly(
            "\"color\"", "\"" + Schemas.ENTERPRISE + ":shoe\"", "\"urn:acme:2.0:User:x\"");
  }

  @Test
  void what_is_mapped_is_changed() {
    Vocabulary vocabulary = Vocabulary.of(List.of("urn:acme:2.0:User:badge"));
    ObjectNode tree = json("{}");
    PatchRequest.parse(
            patch(
                "{'op': 'add', 'path': 'urn:acme:2.0:User:badge', 'value': ['x']},"
                    + "{'op': 'add', 'path': 'urn:acme:2.0:User:badge', 'value': ['y', 'x']}"),
            ResourceKind.USER,
            vocabulary)
        .steps()
        .forEach(step -> ((DocumentStep) step).applyTo(tree));
    assertThat(tree).isEqualTo(json("{'urn:acme:2.0:User': {'badge': ['x', 'y']}}"));
  }

  @Test
  void the_manager_keeps_what_is_not_told_of_him() {
    String before = "{" + ENTERPRISE + ": {'manager': {'value': 'm', 'displayName': 'M'}}}";
    String operation =
        "{'op': 'replace', 'path': '"
            + Schemas.ENTERPRISE
            + ":manager', 'value': {'displayName': 'N'}}";
    assertThat(patched(before, operation))
        .isEqualTo(json("{" + ENTERPRISE + ": {'manager': {'value': 'm', 'displayName': 'N'}}}"));
  }
}
