package io.tollgate.ring;

/**
 * The rules that make a returned revocation true, one by one, and what each is there against. The
 * reasoning that joins them stands in decision 0015.
 *
 * <p>All of them hold in a gateway. The simulation takes one away at a time and must then find an
 * accepted use that was sent after a revocation had returned; a guard that it would not miss is
 * either not needed or not tested.
 */
enum Guard {
  /** A look-up that began before its key changed fills nothing, and nobody joins it any more. */
  DETACH_AT_CHANGE,

  /** A grant ends when one of the records that its key names has changed. */
  END_WITH_WHAT_IS_NAMED,

  /** A request joins only a look-up that rests on nothing older than the bound. */
  JOIN_YOUNG_ONLY,

  /** A confirmation counts from the sending of its question, not from the answer. */
  COUNT_FROM_SENDING,

  /** After a new connection the ring catches up from Postgres, or is dropped, before it counts. */
  CATCH_UP_AFTER_RECONNECT,

  /**
   * What the last step said has been announced in full only when the next one is answered: Redis
   * announces at the end of its own loop, behind the answers of that loop.
   */
  LEVEL_ONE_STEP_BEHIND,

  /**
   * An answer of Redis counts only if it is not behind what was seen anywhere; or only by changes
   * that are known one by one, and is not about a key of theirs.
   */
  NOT_BEHIND_SEEN,

  /**
   * Another process, another data set or a flush ends the belief in Redis until Postgres, asked
   * after that, was read.
   */
  FRESH_POLL_AFTER_CHANGE_OF_REDIS,

  /** Numbers of another history of the log are not compared with ours. */
  EPOCH,

  /** A log that does not go on from where we stood makes the ring start over. */
  CONTINUOUS_LOG,

  /** Time is bounded by both clocks. */
  BOTH_CLOCKS,

  /** A gateway that has not reached Postgres for the set time stops believing Redis. */
  POSTGRES_WITHIN_SET_TIME,

  /** Where Redis may fail over, it confirms nothing: only Postgres does. */
  POSTGRES_ALONE_WHERE_REDIS_FAILS_OVER
}
