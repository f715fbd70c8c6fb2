package io.tollgate.management.openapi;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The refusals of a document, each described once, however many endpoints may answer it. */
final class Refusals {
  private record Refusal(int status, List<String> codes) {}

  private final Map<Refusal, String> names = new LinkedHashMap<>();
  private final Map<String, Object> responses = new LinkedHashMap<>();

  /** Returns a reference to the refusal of this status and with one of these codes. */
  Map<String, Object> reference(int status, List<String> codes) {
    String name =
        names.computeIfAbsent(
            new Refusal(status, codes), absent -> "Refusal" + (names.size() + 1) + "Of" + status);
    responses.computeIfAbsent(name, absent -> refusal(status, codes));
    return Map.of("$ref", "#/components/responses/" + name);
  }

  Map<String, Object> responses() {
    return responses;
  }

  private static Map<String, Object> refusal(int status, List<String> codes) {
    // Whoever reads the document learns which codes there are, and a test that there are no others.
    Map<String, Object> schema = OpenApi.reference("Errors");
    schema.put(
        "properties",
        Map.of(
            "errors",
            Map.of("items", Map.of("properties", Map.of("code", Map.of("enum", codes))))));
    Map<String, Object> headers =
        status == 503
            ? Map.of("Retry-After", Map.of("schema", Map.of("type", "integer")))
            : Map.of();
    return OpenApi.response(String.join(", ", codes), OpenApi.content(schema), headers);
  }
}
