package io.tollgate.management.connection;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.audit.Change;
import io.tollgate.management.role.Metadata;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries what a directory tells of its users over to them: names, addresses, and the attributes of
 * the connection, which stand in their public metadata. Safe for all virtual threads.
 */
public final class MappedAttributes {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String LOCK =
      """
      SELECT username, first_name, last_name, email_addresses, public_metadata::text AS metadata
      FROM tollgate.app_user WHERE id = $1 AND directory_id = $2 FOR NO KEY UPDATE
      """;

  private static final String UPDATE =
      """
      UPDATE tollgate.app_user SET username = $2, first_name = $3, last_name = $4,
        email_addresses = $5, public_metadata = $6::text::json, updated_at = now()
      WHERE id = $1
      """;

  private static final String TAKE_USERNAME = "SELECT tollgate.take_username($1, $2) AS is_taken";

  /**
   * What has become of a user.
   *
   * @param changed whether anything of him is another than before
   * @param warnings what could not be carried over, and stays as it was
   * @param overwritten what he had where there is something else now, or nothing
   */
  public record Outcome(boolean changed, List<AttributeWarning> warnings, JsonObject overwritten) {
    static final Outcome NOTHING = new Outcome(false, List.of(), new JsonObject());

    public Outcome {
      warnings = List.copyOf(warnings);
    }
  }

  /** Says that all that is mapped of a user is longer than may be kept. */
  public static final class TooLarge extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooLarge(int bytes) {
      super(
          "What is mapped of a user may have "
              + AttributeMapping.BYTES_MAX
              + " bytes, would have "
              + bytes
              + ".",
          null,
          false,
          false);
    }
  }

  /** A user as he is. */
  private record Kept(
      @Nullable String username,
      @Nullable String firstName,
      @Nullable String lastName,
      List<String> emails,
      String metadata) {
    Kept withUsername(@Nullable String name) {
      return new Kept(name, firstName, lastName, emails, metadata);
    }
  }

  /**
   * Carries a document over to its user. Nothing changes where the directory is not enabled, or the
   * user is not its.
   *
   * @param document not changed
   * @throws TooLarge where nothing has been written
   */
  public Outcome apply(Change change, String directoryId, String userId, ObjectNode document) {
    Optional<AttributeMapping> mapping = AttributeMapping.find(change, directoryId);
    return mapping.isEmpty()
        ? Outcome.NOTHING
        : apply(change, mapping.get(), directoryId, userId, document);
  }

  /** Does the same for one of many, whose mapping is known. */
  Outcome apply(
      Change change,
      AttributeMapping mapping,
      String directoryId,
      String userId,
      ObjectNode document) {
    List<AttributeWarning> warnings = new ArrayList<>();
    for (Row row : change.execute(LOCK, Tuple.of(userId, directoryId))) {
      var was =
          new Kept(
              row.getString("username"),
              row.getString("first_name"),
              row.getString("last_name"),
              List.of(row.getArrayOfStrings("email_addresses")),
              row.getString("metadata"));
      Kept is = named(change, userId, was, filled(mapping, was, document, warnings), warnings);
      boolean isSame = is.equals(was);
      if (!isSame) {
        change.execute(
            UPDATE,
            Tuple.of(userId, is.username, is.firstName, is.lastName)
                .addArrayOfString(is.emails.toArray(String[]::new))
                .addString(is.metadata));
      }
      return new Outcome(!isSame, warnings, isSame ? new JsonObject() : overwritten(was, is));
    }
    return Outcome.NOTHING;
  }

  /** A name that somebody else has already is his: nobody's sync fails by that. */
  private static Kept named(
      Change change, String userId, Kept was, Kept is, List<AttributeWarning> warnings) {
    if (is.username == null || is.username.equals(was.username)) {
      return is;
    }
    Tuple wanted = Tuple.of(userId, is.username);
    if (change.execute(TAKE_USERNAME, wanted).iterator().next().getBoolean("is_taken")) {
      return is;
    }
    warnings.add(AttributeWarning.taken(AttributeMapping.USERNAME));
    return is.withUsername(was.username);
  }

  private static Kept filled(
      AttributeMapping mapping, Kept was, ObjectNode document, List<AttributeWarning> warnings) {
    String patch = mapping.metadata(document, warnings).toString();
    String merged = Metadata.merged(was.metadata, patch);
    String first = AttributeMapping.FIRST_NAME;
    String last = AttributeMapping.LAST_NAME;
    return new Kept(
        mapping.name(AttributeMapping.USERNAME, was.username, document, warnings),
        mapping.name(first, was.firstName, document, warnings),
        mapping.name(last, was.lastName, document, warnings),
        mapping.emails(was.emails, document),
        isSame(was.metadata, merged) ? was.metadata : merged);
  }

  private static JsonObject overwritten(Kept was, Kept is) {
    JsonObject members = new JsonObject();
    if (was.username != null && !was.username.equals(is.username)) {
      members.put(AttributeMapping.USERNAME, was.username);
    }
    if (was.firstName != null && !was.firstName.equals(is.firstName)) {
      members.put(AttributeMapping.FIRST_NAME, was.firstName);
    }
    if (was.lastName != null && !was.lastName.equals(is.lastName)) {
      members.put(AttributeMapping.LAST_NAME, was.lastName);
    }
    if (!was.emails.isEmpty() && !was.emails.equals(is.emails)) {
      members.put("email_addresses", new JsonArray(was.emails));
    }
    JsonObject metadata = new JsonObject(was.metadata);
    JsonObject after = new JsonObject(is.metadata);
    metadata
        .fieldNames()
        .removeIf(key -> Objects.equals(metadata.getValue(key), after.getValue(key)));
    return metadata.isEmpty() ? members : members.put("public_metadata", metadata);
  }

  /** Spelling apart: what is merged may come out in other words. */
  private static boolean isSame(String one, String other) {
    try {
      return Objects.equals(JSON.readTree(one), JSON.readTree(other));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what Postgres keeps as JSON is JSON", e);
    }
  }
}
