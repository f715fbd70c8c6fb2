package io.tollgate.management.directory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.scim.ScimError;
import org.jspecify.annotations.Nullable;

/**
 * What is answered. Immutable, but for its body.
 *
 * @param body none where it is null
 * @param version of the one resource that it shows, null where it is not one
 * @param location where that resource is
 * @param retryAfterSeconds 0 where coming again would not help
 */
record Reply(
    int status,
    @Nullable ObjectNode body,
    @Nullable String version,
    @Nullable String location,
    int retryAfterSeconds) {
  static final Reply NO_CONTENT = new Reply(204, null, null, null, 0);

  static Reply ok(ObjectNode body) {
    return new Reply(200, body, null, null, 0);
  }

  static Reply of(int status, ObjectNode resource, String version, String location) {
    return new Reply(status, resource, version, status == 201 ? location : null, 0);
  }

  static Reply of(ScimError error) {
    return new Reply(error.status(), error.toJson(), null, null, error.retryAfterSeconds());
  }

  static Reply notModified(String version) {
    return new Reply(304, null, version, null, 0);
  }

  /** Returns that all was well, of a resource that has this version now. */
  static Reply noContent(String version) {
    return new Reply(204, null, version, null, 0);
  }
}
