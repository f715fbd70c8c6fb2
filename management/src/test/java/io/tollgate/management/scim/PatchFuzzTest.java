package io.tollgate.management.scim;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class PatchFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of(
            "{'Operations':[{'op':'Replace','path':'active','value':'False'}]}",
            "{'Operations':[{'op':'add','path':'emails[type eq \\\"work\\\"].value',"
                + "'value':'c@d'}]}",
            "{'Operations':[{'op':'replace','value':{'name.givenName':'G','id':'x','title':''}}]}",
            "{'Operations':[{'op':'Remove','path':'members','value':[{'$ref':null,'value':'u'}]}]}",
            "{'Operations':[{'op':'add','path':'urn:acme:1.0:User:badge','value':[1,'x',null]}]}",
            "{'Operations':[{'op':'remove','path':'roles[value eq \\\"a\\\" or primary eq true]'},"
                + "{'op':'add','path':'roles','value':[{'value':'b','primary':true}]}]}",
            "{'Operations':[{'op':'add','path':'"
                + Schemas.ENTERPRISE
                + ":manager','value':'m'},{'op':'remove','path':'"
                + Schemas.ENTERPRISE
                + "'}]}")
        .map(text -> Bodies.json(text).toString().getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void a_patch_is_refused_or_leaves_a_document_that_stays_what_it_is(byte[] bytes) {
    try {
      ObjectNode body = ScimJson.parse(bytes);
      checkGroup(body);
      ObjectNode tree = start();
      for (PatchStep step :
          PatchRequest.parse(body, ResourceKind.USER, DocumentFuzzTest.VOCABULARY).steps()) {
        ((DocumentStep) step).applyTo(tree);
      }
      DocumentFuzzTest.checkStable(tree);
    } catch (ScimError e) {
      assertThat(e.status()).isEqualTo(400);
      assertThat(e.scimType()).isNotNull();
    }
  }

  private static void checkGroup(ObjectNode body) {
    try {
      ObjectNode group = Bodies.json("{'displayName': 'g'}");
      for (PatchStep step : PatchRequest.parse(body, ResourceKind.GROUP).steps()) {
        if (step instanceof DocumentStep change) {
          change.applyTo(group);
        }
      }
      ScimDocument.ofGroup(group);
    } catch (ScimError e) {
      assertThat(e.status()).isEqualTo(400);
    }
  }

  private static ObjectNode start() {
    return ScimDocument.ofUser(
            Bodies.user(
                "'name': {'givenName': 'G'}, 'roles': [{'value': 'a', 'primary': true}], '"
                    + Schemas.ENTERPRISE
                    + "': {'manager': 'm'}"))
        .json()
        .deepCopy();
  }
}
