package io.tollgate.management.projector;

/**
 * The rules of management that make a returned revocation true, one by one, and what each is there
 * against. The reasoning that joins them stands in decision 0016; those of a gateway are a list of
 * their own.
 *
 * <p>All of them hold in production. Public for the simulation, which takes one away at a time and
 * must then find an accepted use that was sent after a revocation had returned.
 */
public enum ManagementGuard {
  /**
   * Each session of a projector writes under a mark of its own: equal marks tell of one data set
   * that nobody else has written to.
   */
  MARK_PER_SESSION,

  /** A text that the session did not write itself ends the session. */
  OWN_TEXT_ONLY,

  /** What Redis holds is carried on only in the history of the log that it was written in. */
  EPOCH_OF_PROJECTION,

  /**
   * What Redis holds is carried on only if its last change is in the log, under the same id; a log
   * that went back under the same name gets another name first.
   */
  CONTINUOUS_LOG,

  /**
   * A text of {@code applied} replaces only the one that was read. Kept by the script in Redis; a
   * simulated store keeps it in its place.
   */
  COMPARE_AND_SET,

  /** Redis is looked at again before a revocation returns. */
  SECOND_LOOK,

  /** The second look is sent a bound and a margin after the first was answered. */
  WAIT_BETWEEN_LOOKS,

  /** Both looks go by one connection: it ends with Redis' process. */
  SAME_CONNECTION,

  /** Both looks find the same mark: it ends with a flush, a rebuild and another writer. */
  SAME_MARK,

  /** A number is worth something only in the history of the log that it was given in. */
  EPOCH_OF_PROOF,

  /** Each gateway on the list that is not dead has confirmed this very change, or a later one. */
  NUMBER_OF_EVERY_ROW,

  /**
   * The list counts only once its history is known for as long as a gateway may go on unlisted:
   * whoever registered in an older one may be missing.
   */
  AGE_OF_EPOCH,

  /** The list counts only a bound and a margin after the commit: verify remembers that long. */
  WAIT_SINCE_COMMIT
}
