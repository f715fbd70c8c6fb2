package io.tollgate.management.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request's body: one JSON object, read strictly and without coercion.
 *
 * <p>Each member keeps its text as it came, so that what is only passed through comes back
 * untouched. Texts that Postgres can't hold (NUL, half a surrogate pair) are refused here, once for
 * all members at any depth. Confined to one request.
 */
public final class RequestBody {
  private static final int DEPTH_MAX = 64;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
          .build();
  private static final ObjectMapper TREES =
      new ObjectMapper(JSON).enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  /** A member's value as it came, and how deep it nests; a scalar's depth is 0. */
  private record Member(String text, int depth) {}

  private final Map<String, Member> members;

  /** Stands before the names of members in errors: where in the whole body this one is. */
  private final String path;

  private RequestBody(Map<String, Member> members, String path) {
    this.members = members;
    this.path = path;
  }

  /** Reads a body; none at all counts as an object without members. */
  public static RequestBody parseOptional(@Nullable Buffer body) {
    return body == null || body.length() == 0 ? new RequestBody(Map.of(), "") : parse(body);
  }

  /**
   * Reads a body.
   *
   * @throws ApiError if it is not one JSON object of texts that can be kept
   */
  public static RequestBody parse(@Nullable Buffer body) {
    if (body == null || body.length() == 0) {
      throw BodyText.invalid("The body must be a JSON object, was empty.");
    }
    String text = BodyText.decode(body);
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw BodyText.invalid("The body must be a JSON object.");
      }
      RequestBody read = object(parser, text, "");
      if (parser.nextToken() != null) {
        throw BodyText.invalid("The body must be one JSON object, something follows it.");
      }
      return read;
    } catch (JsonProcessingException e) {
      // Jackson's own message may repeat the body, and with it a secret.
      var place = e.getLocation();
      throw BodyText.invalid(
          "The body is not well-formed JSON, or nests deeper than "
              + DEPTH_MAX
              + ", or names a member twice: see line "
              + (place == null ? 1 : place.getLineNr())
              + ", column "
              + (place == null ? 1 : place.getColumnNr())
              + ".");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads on from an object's start to its end. */
  private static RequestBody object(JsonParser parser, String text, String path)
      throws IOException {
    Map<String, Member> members = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = BodyText.checked(parser.currentName());
      parser.nextToken();
      members.put(name, member(parser, text));
    }
    return new RequestBody(members, path);
  }

  private static Member member(JsonParser parser, String text) throws IOException {
    int start = (int) parser.currentTokenLocation().getCharOffset();
    int depth = 0;
    int depthMax = 0;
    while (true) {
      JsonToken token = parser.currentToken();
      if (token == JsonToken.FIELD_NAME) {
        BodyText.checked(parser.currentName());
      } else if (token == JsonToken.VALUE_STRING) {
        BodyText.checked(parser.getText());
      } else if (token != null && token.isStructStart()) {
        depthMax = Math.max(depthMax, ++depth);
      } else if (token != null && token.isStructEnd()) {
        depth--;
      } else {
        // Jackson reads a number lazily; asking makes it judge the length here, not later.
        parser.getText();
      }
      if (depth == 0) {
        int end = (int) parser.currentLocation().getCharOffset();
        return new Member(text.substring(start, end).strip(), depthMax);
      }
      parser.nextToken();
    }
  }

  /** Refuses members by other names than these. */
  public void allowOnly(Set<String> known) {
    for (String name : members.keySet()) {
      if (!known.contains(name)) {
        throw ApiError.parameter(
            "form_param_unknown",
            "is unknown",
            named(name),
            ApiError.quote(named(name))
                + " is not a parameter here; these are: "
                + sorted(known)
                + ".");
      }
    }
  }

  /** Returns what errors call a member: where it is in the whole body. */
  public String named(String name) {
    return path + name;
  }

  /** Returns the names of the members that there are. */
  public Set<String> names() {
    return Set.copyOf(members.keySet());
  }

  public boolean has(String name) {
    return members.containsKey(name);
  }

  /** Returns whether the member is there and not null. */
  public boolean hasValue(String name) {
    return !isNull(name);
  }

  private static String sorted(Set<String> names) {
    return String.join(", ", names.stream().sorted().toList());
  }

  /** Returns a text that must be there. */
  public String text(String name) {
    if (!members.containsKey(name)) {
      throw missing(name);
    }
    return text(node(name), name);
  }

  /** Says that a member must be there. */
  public ApiError missing(String name) {
    return ApiError.parameter(
        "form_param_missing", "is missing", named(name), named(name) + " must be included.");
  }

  /** Returns a text, or the other one where the member is absent; null is refused. */
  public String textOr(String name, String other) {
    return members.containsKey(name) ? text(node(name), name) : other;
  }

  /** Returns a text, or null where the member is absent or null. */
  public @Nullable String textOrNull(String name) {
    return isNull(name) ? null : text(node(name), name);
  }

  private String text(JsonNode node, String name) {
    if (node.isNull()) {
      throw ApiError.parameter(
          "form_param_nil", "is null", named(name), named(name) + " must be a string, was null.");
    }
    if (!node.isTextual()) {
      throw wrongType(name, "a string", node);
    }
    return node.textValue();
  }

  /** Returns what is true or false, and must be there. */
  public boolean flag(String name) {
    if (!members.containsKey(name)) {
      throw missing(name);
    }
    JsonNode node = node(name);
    if (!node.isBoolean()) {
      throw wrongType(name, "true or false", node);
    }
    return node.booleanValue();
  }

  /** Returns a number, or null where the member is absent or null. */
  public @Nullable BigDecimal numberOrNull(String name) {
    if (isNull(name)) {
      return null;
    }
    JsonNode node = node(name);
    if (!node.isNumber()) {
      throw wrongType(name, "a number or null", node);
    }
    return node.decimalValue();
  }

  /** Returns texts in the order given; none where the member is absent, null is refused. */
  public List<String> texts(String name) {
    if (!members.containsKey(name)) {
      return List.of();
    }
    JsonNode node = node(name);
    if (!node.isArray()) {
      throw wrongType(name, "an array of strings", node);
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode element : node) {
      if (!element.isTextual()) {
        throw wrongType(name, "an array of strings", element);
      }
      texts.add(element.textValue());
    }
    return texts;
  }

  /**
   * Returns objects in the order given, which must be there: each is read as a body of its own.
   * Beyond the most none is read, and all are refused.
   */
  public List<RequestBody> objects(String name, int most) {
    return objects(name, most, false);
  }

  /** Returns the same as parts of this body: errors tell where in it they are. */
  public List<RequestBody> parts(String name, int most) {
    return objects(name, most, true);
  }

  /** Returns an object, which must be there, as a part of this body. */
  public RequestBody part(String name) {
    Member member = members.get(name);
    if (member == null) {
      throw missing(name);
    }
    try (JsonParser parser = JSON.createParser(member.text())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw wrongType(name, "an object", node(name));
      }
      return object(parser, member.text(), named(name) + ".");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<RequestBody> objects(String name, int most, boolean parts) {
    Member member = members.get(name);
    if (member == null) {
      throw missing(name);
    }
    List<RequestBody> objects = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(member.text())) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw wrongType(name, "an array of objects", node(name));
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
          throw wrongType(name, "an array of objects", TREES.readTree(parser));
        }
        if (objects.size() == most) {
          throw ApiError.parameter(
              "form_param_value_too_large",
              "is too large",
              named(name),
              named(name) + " may name " + most + ", named more.");
        }
        String place = parts ? named(name) + "[" + objects.size() + "]." : "";
        objects.add(object(parser, member.text(), place));
      }
      return objects;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns an object's texts by their names; none where the member is absent or null. */
  public Map<String, String> textsByName(String name) {
    if (isNull(name)) {
      return Map.of();
    }
    JsonNode node = node(name);
    if (!node.isObject()) {
      throw wrongType(name, "an object of strings", node);
    }
    Map<String, String> texts = new LinkedHashMap<>();
    node.properties()
        .forEach(
            each -> {
              if (!each.getValue().isTextual()) {
                throw wrongType(name, "an object of strings", each.getValue());
              }
              texts.put(each.getKey(), each.getValue().textValue());
            });
    return texts;
  }

  /** Returns an object's text as it came, or null where the member is absent or null. */
  public @Nullable String objectOrNull(String name, int depthMax) {
    Member member = members.get(name);
    if (member == null || isNull(name)) {
      return null;
    }
    if (!member.text().startsWith("{")) {
      throw wrongType(name, "an object or null", node(name));
    }
    if (member.depth() > depthMax) {
      throw ApiError.parameter(
          "form_param_value_invalid",
          "is invalid",
          name,
          name + " may nest " + depthMax + " deep, nests " + member.depth() + " deep.");
    }
    return member.text();
  }

  private boolean isNull(String name) {
    Member member = members.get(name);
    return member == null || member.text().equals("null");
  }

  private JsonNode node(String name) {
    Member member = members.get(name);
    try {
      return TREES.readTree(member == null ? "null" : member.text());
    } catch (JsonProcessingException e) {
      throw BodyText.invalid(name + " is not well-formed JSON.");
    }
  }

  private ApiError wrongType(String name, String expected, JsonNode was) {
    // The kind, not the value: a secret may have been sent in the wrong place.
    return ApiError.parameter(
        "form_param_type_invalid",
        "has the wrong type",
        named(name),
        named(name) + " must be " + expected + ", held " + kind(was) + ".");
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case NULL, MISSING -> "null";
      case BOOLEAN -> "a boolean";
      case NUMBER -> "a number";
      case STRING, BINARY -> "a string";
      case ARRAY -> "an array";
      case OBJECT, POJO -> "an object";
    };
  }
}
