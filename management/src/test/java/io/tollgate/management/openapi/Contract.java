package io.tollgate.management.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.wire.Endpoints;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Compares answers with the OpenAPI document: every status, code and member that the test suite
 * ever sees must stand there. Safe for all threads.
 */
public final class Contract {
  private static final Pattern ROOT = Pattern.compile("^/v1(?=/)");

  /** What references between schemas begin with. */
  private static final String SCHEMAS = "#/components/schemas/";

  /** What the document says of one endpoint. */
  private record Endpoint(String method, Pattern path, String name, JsonObject responses) {}

  private static final Map<List<Endpoints.Operation>, Contract> KNOWN = new ConcurrentHashMap<>();

  private final JsonObject document;
  private final List<Endpoint> endpoints = new ArrayList<>();
  private final Map<String, Validator> validators = new ConcurrentHashMap<>();

  /** Returns the one of these endpoints: all services of a test run have the same. */
  public static Contract of(List<Endpoints.Operation> operations) {
    return KNOWN.computeIfAbsent(operations, Contract::new);
  }

  Contract(List<Endpoints.Operation> operations) {
    document = new JsonObject(OpenApi.document(operations));
    JsonObject paths = document.getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      JsonObject methods = paths.getJsonObject(path);
      for (String method : methods.fieldNames()) {
        JsonObject endpoint = methods.getJsonObject(method);
        endpoints.add(
            new Endpoint(
                method.toUpperCase(Locale.ROOT),
                Pattern.compile(path.replaceAll("\\{[a-z_]+}", "[^/]+")),
                endpoint.getString("operationId"),
                endpoint.getJsonObject("responses")));
      }
    }
    // Words before what stands for any word, as the router has them.
    endpoints.sort(
        (one, other) ->
            Boolean.compare(
                one.path.pattern().contains("[^/]+"), other.path.pattern().contains("[^/]+")));
  }

  /** Fails where the document does not allow the answer. */
  public void check(String method, String path, int status, @Nullable String type, String body) {
    describedBy(method, path).ifPresent(endpoint -> check(endpoint, status, type, body));
  }

  private void check(Endpoint endpoint, int status, @Nullable String type, String body) {
    String what = endpoint.name + " answered " + status + " " + body;
    JsonObject response = endpoint.responses.getJsonObject(Integer.toString(status));
    assertThat(response).as("not described: " + what).isNotNull();
    JsonObject content = resolved(response).getJsonObject("content");
    assertThat(content.fieldNames()).as(what).containsExactly(type);
    Validator validator =
        validators.computeIfAbsent(
            endpoint.name + " " + status,
            absent -> validator(content.getJsonObject(type).getJsonObject("schema")));
    OutputUnit judged =
        validator.validate(OpenApi.JSON.equals(type) ? Json.decodeValue(body) : body);
    assertThat(judged.getValid()).as(what + "\n" + judged.getErrors()).isTrue();
  }

  private JsonObject resolved(JsonObject response) {
    @Nullable String reference = response.getString("$ref");
    return reference == null
        ? response
        : document
            .getJsonObject("components")
            .getJsonObject("responses")
            .getJsonObject(reference.substring(reference.lastIndexOf('/') + 1));
  }

  private Optional<Endpoint> describedBy(String method, String path) {
    String bare = ROOT.matcher(path).replaceFirst("");
    return endpoints.stream()
        .filter(known -> known.method.equals(method) && known.path.matcher(bare).matches())
        .findFirst();
  }

  private Validator validator(JsonObject schema) {
    // With what it refers to, and no more: a validator keeps all that it is given, taken apart.
    var schemas = new JsonObject();
    addReferred(schema, schemas);
    JsonObject whole = schema.copy().put("components", new JsonObject().put("schemas", schemas));
    return Validator.create(
        JsonSchema.of(whole),
        new JsonSchemaOptions()
            .setBaseUri("https://tollgate.example/openapi")
            .setDraft(Draft.DRAFT202012)
            .setOutputFormat(OutputFormat.Basic));
  }

  private void addReferred(Object node, JsonObject schemas) {
    if (node instanceof JsonArray list) {
      list.forEach(each -> addReferred(each, schemas));
    } else if (node instanceof JsonObject object) {
      object.forEach(member -> addReferred(member.getValue(), schemas));
      if (object.getValue("$ref") instanceof String reference) {
        String name = reference.substring(SCHEMAS.length());
        if (!schemas.containsKey(name)) {
          JsonObject referred =
              document.getJsonObject("components").getJsonObject("schemas").getJsonObject(name);
          schemas.put(name, referred.copy());
          addReferred(referred, schemas);
        }
      }
    }
  }
}
