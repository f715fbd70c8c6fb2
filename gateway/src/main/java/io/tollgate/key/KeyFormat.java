package io.tollgate.key;

/** x. */
public final class KeyFormat {
  private KeyFormat() {}
}
