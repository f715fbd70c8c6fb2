package io.tollgate.management.scim;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import io.tollgate.management.wire.StorableText;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The bodies of requests as trees, of which everything can be kept in Postgres; and their text. */
public final class ScimJson {
  private static final int DEPTH_MAX = 100;

  /** Of any number: so many digits before and behind the point are kept. */
  private static final int DIGITS_MAX = 100;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEPTH_MAX)
                          .maxNumberLength(2 * DIGITS_MAX + 10)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private ScimJson() {}

  /**
   * Reads a body.
   *
   * @throws ScimError a 400 where it is not a JSON object in UTF-8, is nested too deeply, names a
   *     member twice, or holds what Postgres can't keep
   */
  public static ObjectNode parse(byte[] body) {
    return parse(decode(body));
  }

  /**
   * Reads a text as {@link #parse(byte[])} does: what the database holds of a document, too.
   *
   * @throws ScimError a 400, as above
   */
  public static ObjectNode parse(String text) {
    JsonNode tree = tree(text);
    if (!(tree instanceof ObjectNode object)) {
      throw ScimError.invalidSyntax("The body must be a JSON object.");
    }
    check(object, null);
    return object;
  }

  /**
   * Reads one value that is no object and no list; null where the text is none.
   *
   * @throws ScimError a 400 invalidValue where it can't be kept
   */
  static @Nullable ValueNode scalar(String text) {
    try {
      if (!(MAPPER.readTree(text) instanceof ValueNode value) || value.isMissingNode()) {
        return null;
      }
      check(value, "The value");
      return value;
    } catch (JsonProcessingException | NumberFormatException e) {
      return null;
    }
  }

  /** Returns the text of a tree. */
  public static String text(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can be written", e);
    }
  }

  private static String decode(byte[] body) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw ScimError.invalidSyntax("The body must be UTF-8.");
    }
  }

  private static @Nullable JsonNode tree(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (StreamConstraintsException e) {
      throw ScimError.invalidSyntax(
          "The body may be nested "
              + DEPTH_MAX
              + " deep, with numbers of "
              + DIGITS_MAX
              + " digits at most.");
    } catch (NumberFormatException e) {
      // An exponent of more digits than are ever read.
      throw ScimError.invalidValue(
          "The body holds a number that may have " + DIGITS_MAX + " digits at most.");
    } catch (JsonProcessingException e) {
      throw ScimError.invalidSyntax(problem(e));
    }
  }

  /** Says where it is, and never what stands there: that may be a password. */
  private static String problem(JsonProcessingException e) {
    String place =
        e.getLocation() == null
            ? ""
            : " (line "
                + e.getLocation().getLineNr()
                + ", column "
                + e.getLocation().getColumnNr()
                + ")";
    @Nullable String message = e.getOriginalMessage();
    return message != null && message.startsWith("Duplicate field")
        ? "The body names a member twice" + place + "."
        : "The body is not JSON" + place + ".";
  }

  private static void check(JsonNode node, @Nullable String name) {
    if (node.isTextual()) {
      checkText(node.textValue(), name);
    } else if (node.isNumber()) {
      checkNumber(node.decimalValue(), name);
    } else if (node.isArray()) {
      node.forEach(element -> check(element, name));
    } else if (node instanceof ObjectNode object) {
      object
          .properties()
          .forEach(
              member -> {
                checkText(member.getKey(), "The name of a member");
                check(member.getValue(), member.getKey());
              });
    }
  }

  private static void checkNumber(BigDecimal number, @Nullable String name) {
    // A few characters can name a number of gigabytes. It is kept with all its zeros, and must be
    // read again as it stands then.
    long beforePoint = (long) number.precision() - number.scale();
    long digits = Math.max(number.precision(), Math.max(beforePoint, number.scale()));
    if (digits > DIGITS_MAX) {
      throw ScimError.invalidValue(
          named(name) + " must be a number of " + DIGITS_MAX + " digits at most.");
    }
  }

  /** Refuses what is nested too deeply to be read again. */
  static void checkDepth(ObjectNode document) {
    int depth = depth(document);
    if (depth > DEPTH_MAX) {
      throw ScimError.invalidValue(
          "What is kept may be nested " + DEPTH_MAX + " deep, is " + depth + " deep.");
    }
  }

  private static int depth(JsonNode node) {
    int deepest = 0;
    for (JsonNode child : node) {
      deepest = Math.max(deepest, depth(child));
    }
    return node.isContainerNode() ? deepest + 1 : 0;
  }

  /** Refuses what Postgres can't hold. */
  static void checkText(String text, @Nullable String name) {
    @Nullable String flaw = StorableText.flaw(text);
    if (flaw != null) {
      throw ScimError.invalidValue(named(name) + " holds " + flaw + ", which can't be kept.");
    }
  }

  private static String named(@Nullable String name) {
    return Objects.requireNonNullElse(name, "The body");
  }
}
