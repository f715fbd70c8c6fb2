package io.tollgate.management.role;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;
import io.vertx.core.json.Json;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the owner notes of an object, and nobody here reads: it never reaches an upstream.
 *
 * <p>It is kept as text, and what a change does not name keeps its spelling to the letter. Changes
 * are merged as RFC 7396 has it: an object into the one that is there, member by member at any
 * depth; null takes a member away; all else takes the place of what was. Immutable.
 */
public final class Metadata {
  static final String PUBLIC = "public_metadata";
  static final String PRIVATE = "private_metadata";
  static final String UNSAFE = "unsafe_metadata";

  /** What an organization and a member have. */
  static final List<String> SHARED = List.of(PUBLIC, PRIVATE);

  /** What a user has: the last is the one that he may be let to write himself. */
  static final List<String> OF_USER = List.of(PUBLIC, PRIVATE, UNSAFE);

  /** Of each of them, as it stands after a change. */
  public static final int BYTES_MAX = 8 * 1024;

  /** None is noted. */
  static final Metadata NONE = new Metadata(Map.of());

  private static final int DEPTH_MAX = 32;
  private static final JsonFactory JSON = new JsonFactory();

  private final Map<String, String> given;

  private Metadata(Map<String, String> given) {
    this.given = given;
  }

  /**
   * Reads what a body names of it; what is absent or null is to stay as it is.
   *
   * @param members of which a body may name each
   */
  static Metadata parse(RequestBody body, List<String> members) {
    Map<String, String> given = new LinkedHashMap<>();
    for (String member : members) {
      @Nullable String text = body.objectOrNull(member, DEPTH_MAX);
      if (text != null) {
        given.put(member, text);
      }
    }
    return new Metadata(given);
  }

  /** Reads a body of nothing else. */
  static Metadata parseOnly(RequestBody body, List<String> members) {
    body.allowOnly(Set.copyOf(members));
    return parse(body, members);
  }

  private static String within(String member, String text) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > BYTES_MAX) {
      throw ApiError.parameter(
          "form_param_value_too_large",
          "is too large",
          member,
          member + " may have " + BYTES_MAX + " bytes, would have " + bytes + ".");
    }
    return text;
  }

  /** Returns it as something new is to have it. */
  String of(String member) {
    return within(member, given.getOrDefault(member, "{}"));
  }

  /**
   * Merges this into an object's. Empty where there is no such object.
   *
   * @param condition what is true of the one row only that holds the object
   */
  Optional<Changed> merge(
      Change change, ObjectView view, String condition, Tuple key, Origin origin, String action) {
    return merge(change, view, condition, key, (before, after) -> {}, origin, action);
  }

  /**
   * Does the same where nothing is said against it.
   *
   * @param check refuses what must not become of what was
   */
  Optional<Changed> merge(
      Change change,
      ObjectView view,
      String condition,
      Tuple key,
      BiConsumer<Spelled, Spelled> check,
      Origin origin,
      String action) {
    return lock(change, view, condition, key)
        .map(
            kept -> {
              Spelled before = view.find(change::execute, condition, key).orElseThrow();
              var columns = new StringBuilder("updated_at = now()");
              Tuple parameters = Tuple.tuple();
              for (int i = 0; i < key.size(); i++) {
                parameters.addValue(key.getValue(i));
              }
              given.forEach(
                  (member, patch) -> {
                    String merged = within(member, merged(kept.getString(member), patch));
                    parameters.addString(merged);
                    columns.append(", %s = $%d::text::json".formatted(member, parameters.size()));
                  });
              change.execute(
                  "UPDATE " + view.table() + " t SET " + columns + " WHERE " + condition,
                  parameters);
              Spelled after = view.find(change::execute, condition, key).orElseThrow();
              check.accept(before, after);
              return Changed.updated(change, origin, action, before, after);
            });
  }

  /** Two who merge at once would else lose what the first has written. */
  private Optional<Row> lock(Change change, ObjectView view, String condition, Tuple key) {
    String columns =
        given.keySet().stream()
            .map(member -> ", t.%1$s::text AS %1$s".formatted(member))
            .collect(Collectors.joining());
    String sql = "SELECT t.id" + columns + " FROM " + view.table() + " t WHERE " + condition;
    for (Row row : change.execute(sql + " FOR NO KEY UPDATE", key)) {
      return Optional.of(row);
    }
    return Optional.empty();
  }

  /** Returns one object with another merged into it. */
  public static String merged(String object, String patch) {
    Map<String, String> members = members(object);
    members(patch)
        .forEach(
            (name, value) -> {
              if (value.equals("null")) {
                members.remove(name);
              } else if (value.startsWith("{")) {
                String inner = members.getOrDefault(name, "{}");
                members.put(name, merged(inner.startsWith("{") ? inner : "{}", value));
              } else {
                members.put(name, value);
              }
            });
    return members.entrySet().stream()
        .map(member -> Json.encode(member.getKey()) + ":" + member.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }

  /** Returns the members of an object in their order, each value as it is spelled. */
  private static Map<String, String> members(String object) {
    Map<String, String> members = new LinkedHashMap<>();
    try (JsonParser parser = JSON.createParser(object)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        int start = (int) parser.currentTokenLocation().getCharOffset();
        // Reads a value to its end, which is lazy else.
        parser.skipChildren();
        parser.getText();
        int end = (int) parser.currentLocation().getCharOffset();
        members.put(name, object.substring(start, end).strip());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return members;
  }
}
