package io.tollgate.management.wire;

import java.util.Arrays;
import java.util.List;

/** A part of the management API, as a secret key may be limited to. */
public enum Area {
  KEYS("keys"),
  ROLES("roles"),
  BILLING("billing"),
  DIRECTORY("directory"),
  /** What concerns the deployment itself: its secret keys, its switches, the audit. */
  INSTANCE("instance");

  /** Beside areas: of all of them only what changes nothing. */
  public static final String READ_ONLY = "read_only";

  private final String text;

  Area(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }

  /** Returns all words that a secret key may be limited by. */
  public static List<String> texts() {
    return List.of("keys", "roles", "billing", "directory", "instance", READ_ONLY);
  }

  static List<String> all() {
    return Arrays.stream(values()).map(Area::text).toList();
  }
}
