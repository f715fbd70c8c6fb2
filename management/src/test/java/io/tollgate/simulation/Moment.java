package io.tollgate.simulation;

/** A moment at which a fault does more harm than at any other. */
enum Moment {
  /** A revocation was committed; its number is known to nobody else. */
  COMMITTED,
  /** Redis was written to; answers and announcements are on their way. */
  WRITTEN,
  /** A revocation has returned 2xx. */
  RETURNED,
  /** A node, a cable or a store has come back. */
  HEALED
}
