package io.tollgate.ring;

/** Why a key could not be identified. */
public enum Denial implements Verdict {
  /**
   * Malformed, forged, unknown, expired or revoked. One answer for all: the difference would tell a
   * guesser which keys exist.
   */
  KEY_INVALID,
  /** No store could tell: not the client's fault, and no word on the key. */
  STORES_UNREACHABLE,
  /** So many look-ups are under way that one more is not begun. */
  LOOKUPS_OVERLOADED
}
