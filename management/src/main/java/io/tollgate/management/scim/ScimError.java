package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A refusal as an identity provider reads it: a status, the kind that RFC 7644 has for it, and a
 * sentence.
 *
 * <p>Its sentence leaves the process and stands in logs, so nothing secret may stand in it.
 */
public final class ScimError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final String SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error";

  private final int status;
  private final @Nullable String scimType;
  private final int retryAfterSeconds;

  private ScimError(int status, @Nullable String scimType, String detail, int retryAfterSeconds) {
    // An expected outcome: a trace would say nothing and cost much.
    super(detail, null, false, false);
    this.status = status;
    this.scimType = scimType;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /**
   * Makes a refusal.
   *
   * @param scimType one of RFC 7644's, null where it has none
   */
  public ScimError(int status, @Nullable String scimType, String detail) {
    this(status, scimType, detail, 0);
  }

  /** Returns a 400: a filter that can't be read, or compares what can't be compared. */
  public static ScimError invalidFilter(String detail) {
    return new ScimError(400, "invalidFilter", detail);
  }

  /** Returns a 400: the body's structure is not what the request needs. */
  public static ScimError invalidSyntax(String detail) {
    return new ScimError(400, "invalidSyntax", detail);
  }

  /** Returns a 400: a path that can't be read, or leads nowhere. */
  public static ScimError invalidPath(String detail) {
    return new ScimError(400, "invalidPath", detail);
  }

  /** Returns a 400: a value that is missing, or not what its attribute can hold. */
  public static ScimError invalidValue(String detail) {
    return new ScimError(400, "invalidValue", detail);
  }

  /** Returns a 400: a path that no value was found at. */
  public static ScimError noTarget(String detail) {
    return new ScimError(400, "noTarget", detail);
  }

  /** Returns a 400: an attribute that only the server writes. */
  public static ScimError mutability(String detail) {
    return new ScimError(400, "mutability", detail);
  }

  /** Returns a 400: more than is done at once. */
  public static ScimError tooMany(String detail) {
    return new ScimError(400, "tooMany", detail);
  }

  /** Returns a 409: another one has that value. */
  public static ScimError uniqueness(String detail) {
    return new ScimError(409, "uniqueness", detail);
  }

  /** Returns a 404. */
  public static ScimError notFound(String detail) {
    return new ScimError(404, null, detail);
  }

  /** Returns a refusal that asks to come again. */
  public static ScimError comeAgain(int status, String detail, int retryAfterSeconds) {
    return new ScimError(status, null, detail, retryAfterSeconds);
  }

  /** Returns it as RFC 7644 spells an error: the status is a text there. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putArray("schemas").add(SCHEMA);
    json.put("status", Integer.toString(status));
    if (scimType != null) {
      json.put("scimType", scimType);
    }
    return json.put("detail", detail());
  }

  public int status() {
    return status;
  }

  /** Returns RFC 7644's kind of it, null where it has none. */
  public @Nullable String scimType() {
    return scimType;
  }

  public String detail() {
    return Objects.requireNonNull(getMessage(), "each has one");
  }

  /** Returns the seconds after which to come again, or 0 where that would not help. */
  public int retryAfterSeconds() {
    return retryAfterSeconds;
  }
}
