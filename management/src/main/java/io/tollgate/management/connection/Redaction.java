package io.tollgate.management.connection;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Takes out of bodies what no log may hold. */
final class Redaction {
  static final String MASK = "******";

  /** The longest body that is kept, in characters. */
  static final int BODY_MAX = 16 * 1024;

  /** In any spelling, wherever it stands. */
  private static final Pattern SECRET =
      Pattern.compile(".*(password|passwd|secret|token|authorization|credential|api_?key).*");

  /** A value that begins as our own secrets do, and those that go in a header. */
  private static final Pattern SECRET_VALUE =
      Pattern.compile(
          "(?i).*\\b(bearer\\s|basic\\s|tgscim_|ak_[0-9a-z]{20}|sk_live_).*", Pattern.DOTALL);

  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(100).build())
              .build());

  private Redaction() {}

  /** Returns the body as JSON without secrets; of one that can't be read only how long it is. */
  static Object redacted(String body) {
    if (body.length() > BODY_MAX) {
      return new JsonObject().put("omitted", "too long").put("characters", body.length());
    }
    try {
      JsonNode tree = JSON.readTree(body);
      mask(tree);
      String text = JSON.writeValueAsString(tree);
      // Postgres can't keep it.
      return tree.isObject() && !text.contains("\\u0000")
          ? new JsonObject(text)
          : new JsonObject().put("omitted", "not an object").put("characters", body.length());
    } catch (JsonProcessingException e) {
      return new JsonObject().put("omitted", "not readable").put("characters", body.length());
    }
  }

  private static void mask(JsonNode tree) {
    List<String> names = new ArrayList<>();
    tree.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      JsonNode value = tree.get(name);
      if (isSecret(name, value) || namesSecret(tree, name)) {
        ((ObjectNode) tree).put(name, MASK);
      } else {
        mask(value);
      }
    }
    for (int i = 0; i < (tree.isArray() ? tree.size() : 0); i++) {
      if (isSecret("", tree.get(i))) {
        ((ArrayNode) tree).set(i, MASK);
      } else {
        mask(tree.get(i));
      }
    }
  }

  private static boolean isSecret(String name, JsonNode value) {
    return SECRET.matcher(name.toLowerCase(Locale.ROOT)).matches()
        || (value.isTextual() && SECRET_VALUE.matcher(value.textValue()).matches());
  }

  /** The value of an operation whose path names a secret, in any spelling as it may be read. */
  private static boolean namesSecret(JsonNode tree, String name) {
    return name.equalsIgnoreCase("value")
        && tree.properties().stream()
            .filter(member -> member.getKey().equalsIgnoreCase("path"))
            .anyMatch(path -> isSecret(path.getValue().asText(""), path.getValue()));
  }
}
