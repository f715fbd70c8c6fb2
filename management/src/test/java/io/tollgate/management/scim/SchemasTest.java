package io.tollgate.management.scim;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SchemasTest {
  private static final String BASE = "https://example.com/scim/v2/d";

  private static List<String> names(JsonNode attributes) {
    List<String> names = new ArrayList<>();
    attributes.forEach(attribute -> names.add(attribute.path("name").asText()));
    return names;
  }

  private static ObjectNode schema(Vocabulary vocabulary, String urn) {
    return Schemas.find(vocabulary, BASE, urn).orElseThrow();
  }

  @Test
  void all_that_is_understood_is_told() {
    assertThat(Schemas.all(Vocabulary.STANDARD, BASE))
        .extracting(schema -> schema.path("id").asText())
        .containsExactly(
            ResourceKind.USER.schema(),
            ResourceKind.GROUP.schema(),
            Schemas.ENTERPRISE,
            Schemas.TOLLGATE,
            Schemas.CLERK);
    assertThat(names(schema(Vocabulary.STANDARD, ResourceKind.USER.schema()).path("attributes")))
        .contains("userName", "name", "emails", "active", "title", "addresses");
    assertThat(names(schema(Vocabulary.STANDARD, ResourceKind.GROUP.schema()).path("attributes")))
        .containsExactly("displayName", "members");
    assertThat(Schemas.find(Vocabulary.STANDARD, BASE, "urn:acme:2.0:User")).isEmpty();
  }

  @Test
  void each_mapped_attribute_can_be_found() {
    Vocabulary vocabulary =
        Vocabulary.of(
            List.of(
                "title",
                "color",
                "emails[0].value",
                "urn:acme:2.0:User:badge",
                "urn:acme:2.0:User.badge",
                Schemas.CLERK + ".cost-center",
                Schemas.ENTERPRISE + ":department",
                Schemas.ENTERPRISE + ":shoe"));
    assertThat(names(schema(vocabulary, ResourceKind.USER.schema()).path("attributes")))
        .contains("color")
        .doesNotHaveDuplicates();
    assertThat(names(schema(vocabulary, "URN:acme:2.0:user").path("attributes")))
        .containsExactly("badge");
    assertThat(names(schema(vocabulary, Schemas.CLERK).path("attributes")))
        .containsExactly("cost-center");
    assertThat(names(schema(vocabulary, Schemas.ENTERPRISE).path("attributes")))
        .contains("shoe")
        .doesNotHaveDuplicates();
    assertThat(names(schema(Vocabulary.STANDARD, Schemas.ENTERPRISE).path("attributes")))
        .doesNotContain("shoe");
  }

  @Test
  void each_attribute_is_described_as_the_standard_asks() {
    Vocabulary vocabulary = Vocabulary.of(List.of("color", "urn:acme:2.0:User:badge"));
    for (ObjectNode schema : Schemas.all(vocabulary, BASE)) {
      assertThat(schema.path("meta").path("location").asText())
          .isEqualTo(BASE + "/Schemas/" + schema.path("id").asText());
      checkAttributes(schema.path("attributes"));
    }
  }

  private static void checkAttributes(JsonNode attributes) {
    for (JsonNode attribute : attributes) {
      assertThat(attribute.path("type").asText())
          .as(attribute.toString())
          .isIn("string", "boolean", "reference", "binary", "complex");
      assertThat(attribute.path("mutability").asText())
          .isIn("readOnly", "readWrite", "immutable", "writeOnly");
      assertThat(attribute.path("returned").asText()).isIn("default", "never", "always");
      for (String flag : List.of("multiValued", "required")) {
        assertThat(attribute.path(flag).isBoolean()).as(attribute.toString()).isTrue();
      }
      assertThat(attribute.path("description").asText()).isNotBlank();
      boolean complex = attribute.path("type").asText().equals("complex");
      assertThat(attribute.has("subAttributes")).as(attribute.toString()).isEqualTo(complex);
      checkAttributes(attribute.path("subAttributes"));
    }
  }

  @Test
  void what_the_service_can_do_is_told() {
    ObjectNode config = Schemas.serviceProviderConfig(BASE);
    for (String can : List.of("patch", "filter", "sort", "etag")) {
      assertThat(config.path(can).path("supported").booleanValue()).as(can).isTrue();
    }
    for (String not : List.of("bulk", "changePassword")) {
      assertThat(config.path(not).path("supported").booleanValue()).as(not).isFalse();
    }
    assertThat(config.path("filter").path("maxResults").intValue()).isEqualTo(200);
    assertThat(config.path("authenticationSchemes")).hasSize(1);
  }

  @Test
  void users_and_groups_are_told_with_where_they_are() {
    List<ObjectNode> types = Schemas.resourceTypes(Vocabulary.STANDARD, BASE);
    assertThat(types)
        .extracting(type -> type.path("endpoint").asText())
        .containsExactly("/Users", "/Groups");
    assertThat(types.get(0).path("schemaExtensions")).hasSize(3);
    assertThat(types.get(1).path("schemaExtensions")).isEmpty();
  }
}
