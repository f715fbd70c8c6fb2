package io.tollgate.store;

import java.util.Optional;

/**
 * What all keys of the deployment have in common. There always is one.
 *
 * @param keysEnabled whether any key works at all
 * @param takesSha256 whether secrets that were issued elsewhere are known here by their SHA-256
 * @param takesSha512 the same by their SHA-512
 */
public record InstanceRecord(boolean keysEnabled, boolean takesSha256, boolean takesSha512)
    implements StoredRecord {
  /** As a new deployment is. */
  public static final InstanceRecord DEFAULTS = new InstanceRecord(true, false, false);

  /** Returns what was read as the instance's record; the defaults where there is none. */
  public static InstanceRecord of(Optional<StoredRecord> found) {
    return found.orElse(null) instanceof InstanceRecord instance ? instance : DEFAULTS;
  }

  /** Returns whether any secret that was issued elsewhere is known here. */
  public boolean takesForeign() {
    return takesSha256 || takesSha512;
  }
}
