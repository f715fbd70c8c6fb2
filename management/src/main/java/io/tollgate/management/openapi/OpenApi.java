package io.tollgate.management.openapi;

import io.tollgate.management.wire.Endpoints;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * The OpenAPI 3.1 document of the management API, made of the table of endpoints and of their
 * descriptions, so that it names each endpoint that is served and no other.
 *
 * @see <a href="https://spec.openapis.org/oas/v3.1.1.html">OpenAPI 3.1.1</a>
 */
public final class OpenApi {
  private static final Pattern PART = Pattern.compile(":([a-z_]+)");
  static final String JSON = Endpoints.CONTENT_TYPE;

  private OpenApi() {}

  /**
   * Returns the document as a tree of maps, lists, texts, numbers and booleans.
   *
   * @throws IllegalStateException if an endpoint is not described, or a description is of none
   */
  public static Map<String, Object> document(List<Endpoints.Operation> operations) {
    var descriptions = Descriptions.read();
    Map<String, Object> paths = new LinkedHashMap<>();
    var refusals = new Refusals();
    List<String> described = new ArrayList<>(descriptions.operations().keySet());
    for (Endpoints.Operation operation : operations) {
      Description description = descriptions.operation(operation.name());
      described.remove(operation.name());
      tree(paths, PART.matcher(operation.path()).replaceAll("{$1}"))
          .put(
              operation.method().name().toLowerCase(Locale.ROOT),
              endpoint(operation, description, refusals));
    }
    if (!described.isEmpty()) {
      throw new IllegalStateException("described, and served by no endpoint: " + described);
    }
    Map<String, Object> document = new LinkedHashMap<>(descriptions.head());
    document.put("paths", paths);
    tree(document, "components").put("responses", refusals.responses());
    tree(document, "components").put("schemas", descriptions.schemas());
    return document;
  }

  /** Returns the document as text. */
  public static String yaml(List<Endpoints.Operation> operations) {
    var options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setDereferenceAliases(true);
    options.setWidth(120);
    return new Yaml(options).dump(document(operations));
  }

  private static Map<String, Object> endpoint(
      Endpoints.Operation operation, Description description, Refusals refusals) {
    Map<String, Object> endpoint = new LinkedHashMap<>();
    endpoint.put("operationId", operation.name());
    endpoint.put("tags", List.of(operation.area().text()));
    endpoint.put("summary", description.summary());
    endpoint.put("description", description.text(operation));
    List<Object> parameters = parameters(operation, description);
    if (!parameters.isEmpty()) {
      endpoint.put("parameters", parameters);
    }
    description
        .body()
        .ifPresent(
            schema -> endpoint.put("requestBody", body(schema, description.isBodyRequired())));
    Map<String, Object> responses = new LinkedHashMap<>();
    description
        .answer()
        .ifPresent(
            schema ->
                responses.put(
                    Integer.toString(description.status()),
                    response(
                        "Done",
                        Map.of(description.answerType(), Map.of("schema", reference(schema))),
                        Map.of())));
    description
        .refusals(operation)
        .forEach(
            (status, codes) ->
                responses.put(Integer.toString(status), refusals.reference(status, codes)));
    endpoint.put("responses", responses);
    return endpoint;
  }

  private static Map<String, Object> body(String schema, boolean isRequired) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("required", isRequired);
    body.put("content", content(reference(schema)));
    return body;
  }

  private static List<Object> parameters(Endpoints.Operation operation, Description description) {
    List<Object> parameters = new ArrayList<>();
    Matcher part = PART.matcher(operation.path());
    while (part.find()) {
      parameters.add(
          parameter(part.group(1), "path", true, new LinkedHashMap<>(Map.of("type", "string"))));
    }
    description
        .query()
        .forEach(
            (name, schema) -> {
              Map<String, Object> rest = new LinkedHashMap<>(schema);
              boolean isRequired = Boolean.TRUE.equals(rest.remove("required"));
              parameters.add(parameter(name, "query", isRequired, rest));
            });
    return parameters;
  }

  private static Map<String, Object> parameter(
      String name, String in, boolean isRequired, Map<String, Object> schema) {
    Map<String, Object> parameter = new LinkedHashMap<>();
    parameter.put("name", name);
    parameter.put("in", in);
    parameter.put("required", isRequired);
    parameter.put("schema", schema);
    return parameter;
  }

  static Map<String, Object> response(
      String description, Map<String, Object> content, Map<String, Object> headers) {
    Map<String, Object> response = new LinkedHashMap<>();
    response.put("description", description);
    Map<String, Object> all = new LinkedHashMap<>(headers);
    all.put("Tollgate-Request-Id", Map.of("schema", Map.of("type", "string")));
    response.put("headers", all);
    response.put("content", content);
    return response;
  }

  static Map<String, Object> content(Map<String, Object> schema) {
    return Map.of(JSON, Map.of("schema", schema));
  }

  static Map<String, Object> reference(String schema) {
    Map<String, Object> reference = new LinkedHashMap<>();
    reference.put("$ref", "#/components/schemas/" + schema);
    return reference;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> tree(Map<String, Object> parent, String name) {
    return (Map<String, Object>)
        parent.computeIfAbsent(name, absent -> new LinkedHashMap<String, Object>());
  }
}
