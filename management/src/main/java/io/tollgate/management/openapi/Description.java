package io.tollgate.management.openapi;

import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an endpoint takes and answers, as its resource describes it. Immutable.
 *
 * @param content members {@code summary}, {@code description}, {@code query} (a schema for each
 *     name), {@code body} (a schema's name, with a question mark behind it where it may be left
 *     out), {@code answers} (of 200 or 201 a schema's name, of a refusal its codes), {@code
 *     answer_type} (of 200 the content type, where it is no JSON)
 */
record Description(String name, Map<String, Object> content) {
  /** Stands in a list of codes for all that a body or a query may be told. */
  private static final String FORM = "form";

  private static final int CREATED = 201;

  private static final List<String> FORM_CODES =
      List.of(
          "form_param_missing",
          "form_param_nil",
          "form_param_unknown",
          "form_param_duplicate",
          "form_param_type_invalid",
          "form_param_format_invalid",
          "form_param_value_invalid",
          "form_param_value_too_large",
          "form_param_min_length_exceeded",
          "form_param_max_length_exceeded");

  String summary() {
    return string("summary").orElseThrow(() -> incomplete("summary"));
  }

  /** Returns what is said of it beyond its summary: who may call it at least. */
  String text(Endpoints.Operation operation) {
    String who =
        "Needs a secret key that opens the area "
            + operation.area().text()
            + (operation.changes() ? ", and is not " + Area.READ_ONLY + "." : ".");
    return string("description").map(text -> text + " " + who).orElse(who);
  }

  @SuppressWarnings("unchecked")
  Map<String, Map<String, Object>> query() {
    return (Map<String, Map<String, Object>>) content.getOrDefault("query", Map.of());
  }

  Optional<String> body() {
    return string("body").map(schema -> schema.replace("?", ""));
  }

  boolean isBodyRequired() {
    return string("body").filter(schema -> !schema.endsWith("?")).isPresent();
  }

  /** Returns the status of what is answered where all is well: 201 for some that make something. */
  int status() {
    return answers().containsKey(CREATED) ? CREATED : 200;
  }

  /** Returns the schema of what is answered so. */
  Optional<String> answer() {
    return Optional.ofNullable(answers().get(status())).map(String.class::cast);
  }

  String answerType() {
    return string("answer_type").orElse(OpenApi.JSON);
  }

  /** Returns the codes of each status of a refusal, those that any endpoint may answer included. */
  SortedMap<Integer, List<String>> refusals(Endpoints.Operation operation) {
    SortedMap<Integer, List<String>> refusals = new TreeMap<>();
    add(refusals, 400, List.of("malformed_request_parameters"));
    add(
        refusals,
        401,
        List.of(
            "authentication_invalid", "authorization_header_format_invalid", "clerk_key_invalid"));
    add(refusals, 403, List.of("authorization_invalid"));
    add(refusals, 413, List.of("request_body_too_large"));
    add(refusals, 415, List.of("unsupported_content_type"));
    add(refusals, 500, List.of("internal_error"));
    add(refusals, 503, List.of("store_unreachable"));
    if (body().isPresent()) {
      add(refusals, 400, List.of("request_body_invalid"));
    }
    if (operation.changes()) {
      add(refusals, 503, List.of("change_unconfirmed"));
    }
    answers()
        .forEach(
            (status, codes) -> {
              if (codes instanceof List<?> list) {
                add(refusals, status, list.stream().map(String.class::cast).toList());
              }
            });
    return refusals;
  }

  private static void add(
      SortedMap<Integer, List<String>> refusals, int status, List<String> codes) {
    var all = new LinkedHashSet<>(refusals.getOrDefault(status, List.of()));
    for (String code : codes) {
      all.addAll(code.equals(FORM) ? FORM_CODES : List.of(code));
    }
    refusals.put(status, new ArrayList<>(all));
  }

  @SuppressWarnings("unchecked")
  private Map<Integer, Object> answers() {
    Object answers = content.get("answers");
    if (answers == null) {
      throw incomplete("answers");
    }
    return (Map<Integer, Object>) answers;
  }

  private Optional<String> string(String member) {
    return Optional.ofNullable(content.get(member)).map(String.class::cast);
  }

  private IllegalStateException incomplete(String member) {
    return new IllegalStateException(name + " is described without " + member);
  }
}
