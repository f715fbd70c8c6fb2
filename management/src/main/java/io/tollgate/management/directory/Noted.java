package io.tollgate.management.directory;

import io.tollgate.management.connection.DirectoryAccess;
import io.tollgate.management.scim.ScimError;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is to be told of an exchange when it is over. Confined to it. */
final class Noted {
  private static final String HERE = Noted.class.getName();

  /** A body may give reason for thousands. */
  static final int WARNINGS_MAX = 20;

  private final long startNanos = System.nanoTime();
  private final List<String> warnings = new ArrayList<>();
  private int warningCount;
  private @Nullable String warningCode;
  private String endpoint = "none";
  private @Nullable DirectoryAccess directory;
  private @Nullable String connectionId;
  private @Nullable String tokenPrefix;
  private @Nullable ScimError error;
  private @Nullable String userId;
  private @Nullable String resourceId;
  private boolean changed;

  static Noted begin(RoutingContext exchange) {
    var noted = new Noted();
    exchange.put(HERE, noted);
    return noted;
  }

  static Noted of(RoutingContext exchange) {
    return Objects.requireNonNull(exchange.get(HERE), "each exchange has begun");
  }

  long nanos() {
    return System.nanoTime() - startNanos;
  }

  /** Returns the name that the exchange is counted under. */
  String endpoint() {
    return endpoint;
  }

  void endpoint(String name) {
    endpoint = name;
  }

  /** Returns whose token it is that was shown, of an exchange that has passed the door. */
  DirectoryAccess openedDirectory() {
    return Objects.requireNonNull(directory, "the exchange has passed the door");
  }

  void directory(DirectoryAccess access) {
    directory = access;
    connectionId = access.connectionId();
    tokenPrefix = access.tokenPrefix();
  }

  /**
   * Notes where a token was shown that was not the right one.
   *
   * @param prefix what may be shown of it
   */
  void refused(String connection, String prefix) {
    connectionId = connection;
    tokenPrefix = prefix;
  }

  /** Returns whose log is to tell of it, null where nobody's is. */
  @Nullable String connectionId() {
    return connectionId;
  }

  @Nullable String tokenPrefix() {
    return tokenPrefix;
  }

  /** Returns why it was refused, null where it was not. */
  @Nullable ScimError error() {
    return error;
  }

  void error(ScimError refusal) {
    error = refusal;
  }

  @Nullable String userId() {
    return userId;
  }

  /** Notes which user it was about. */
  void userId(String id) {
    userId = id;
  }

  @Nullable String resourceId() {
    return resourceId;
  }

  /** Notes which user or group it was about, by the id that the identity provider knows. */
  void resourceId(String id) {
    resourceId = id;
  }

  /** Returns whether something is another than before, for good. */
  boolean hasChanged() {
    return changed;
  }

  void changed() {
    changed = true;
  }

  /** Returns the first of them. */
  List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** Returns how many there are in all. */
  int warningCount() {
    return warningCount;
  }

  /** Returns the code of the first that has one, null where none has. */
  @Nullable String warningCode() {
    return warningCode;
  }

  /** Notes what went well, and yet not as somebody may think. */
  void warn(String sentence) {
    warningCount++;
    if (warnings.size() < WARNINGS_MAX) {
      warnings.add(sentence);
    }
  }

  /**
   * Notes what somebody may want to find.
   *
   * @param code stable; the first is that of the whole exchange where all went well
   */
  void warn(String code, String sentence) {
    if (warningCode == null) {
      warningCode = code;
    }
    warn(code + ": " + sentence);
  }
}
