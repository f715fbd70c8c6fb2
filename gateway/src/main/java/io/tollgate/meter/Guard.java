package io.tollgate.meter;

/**
 * The rules that make the ledger right, one by one. All of them hold in a gateway. Tests take one
 * away at a time, and must then find a unit that is lost or counted twice.
 */
enum Guard {
  /** A unit stands in the segment, which the kernel keeps, before the call returns. */
  WRITE_AT_ONCE,

  /** A batch is named by its segment, each time that it is sent. */
  NAMED_BY_SEGMENT,

  /** A segment is deleted only once the ledger has said that it has it. */
  DELETE_AFTER_COMMIT,

  /** A segment's place is used again only once its counts stand in a file of their own. */
  REUSE_AFTER_SEAL,

  /** What a process that was killed has left is read at the next start. */
  RECOVER_AT_START
}
