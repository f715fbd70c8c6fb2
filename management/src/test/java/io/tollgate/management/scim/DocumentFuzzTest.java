package io.tollgate.management.scim;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class DocumentFuzzTest {
  static final Vocabulary VOCABULARY = Vocabulary.of(List.of("urn:acme:1.0:User:badge"));

  static Stream<byte[]> seeds() {
    return Stream.of(
            "{'userName':'x','emails':['a@b'],'" + Schemas.CLERK + "':{'a':[{'b':1}],'C':true}}",
            "{'userName':['x'],'emails':[{'value':'a@b','primary':'True','type':'work'}],'id':1}",
            "{'USERNAME':'x','emails':{'value':'a@b'},'name.givenName':'G','name':{'formatted':7}}",
            "{'userName':'x','emails':'a@b','urn:acme:1.0:user:badge':[null,'',0.10,-1e9]}",
            "{'userName':'x','emails':'a@b','" + Schemas.ENTERPRISE + "':{'manager':'m'}}",
            "{'userName':'x','emails':'a@b','" + Schemas.CLERK + "':{'a':1e100,'b':-1e-100}}",
            "{'userName':'x','emails':'a@b','" + Schemas.CLERK + ":a':" + nested(99) + "}",
            "{'displayName':'x','members':[{'value':'u','$ref':null},'v',{'type':'Group'}]}")
        .map(text -> text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  private static String nested(int depth) {
    return "[".repeat(depth) + "1" + "]".repeat(depth);
  }

  @MethodSource("seeds")
  @FuzzTest
  void a_body_is_refused_or_makes_a_document_that_stays_what_it_is(byte[] bytes) {
    try {
      ObjectNode body = ScimJson.parse(bytes);
      checkGroup(body);
      checkStable(body);
    } catch (ScimError e) {
      assertThat(e.status()).isEqualTo(400);
      assertThat(e.scimType()).isNotNull();
    }
  }

  private static void checkGroup(ObjectNode body) {
    ScimDocument group;
    try {
      group = ScimDocument.ofGroup(body);
    } catch (ScimError e) {
      assertThat(e.status()).isEqualTo(400);
      return;
    }
    ScimDocument again = readAgain(group, ScimDocument::ofGroup);
    assertThat(ScimJson.text(again.json())).isEqualTo(ScimJson.text(group.json()));
  }

  /** What is kept is read back, and found, as it was kept. */
  static void checkStable(ObjectNode tree) {
    ScimDocument document = ScimDocument.ofUser(tree, VOCABULARY, true);
    ScimDocument again = readAgain(document, read -> ScimDocument.ofUser(read, VOCABULARY, true));
    assertThat(ScimJson.text(again.json())).isEqualTo(ScimJson.text(document.json()));
    assertThat(again.dropped()).isEmpty();
    assertThat(again.valueRows()).isEqualTo(document.valueRows());
  }

  private static ScimDocument readAgain(
      ScimDocument document, Function<ObjectNode, ScimDocument> reading) {
    try {
      return reading.apply(ScimJson.parse(ScimJson.text(document.json())));
    } catch (ScimError e) {
      throw new AssertionError("what is kept can't be read", e);
    }
  }
}
