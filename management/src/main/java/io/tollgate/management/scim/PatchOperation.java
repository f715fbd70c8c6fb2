package io.tollgate.management.scim;

import org.jspecify.annotations.Nullable;

/** What an operation of a PATCH does. */
enum PatchOperation {
  ADD,
  REPLACE,
  REMOVE;

  /** Returns the operation of that name; Entra begins it with a capital. */
  static @Nullable PatchOperation find(@Nullable String name) {
    for (PatchOperation operation : values()) {
      if (operation.name().equalsIgnoreCase(name)) {
        return operation;
      }
    }
    return null;
  }
}
