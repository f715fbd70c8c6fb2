package io.tollgate.fault;

import java.util.Set;

/**
 * What a fault may do to clients, and no more. Immutable.
 *
 * @param excused the gateways that may refuse valid keys until all is healed
 * @param cutOff those of them that can reach no store, and so must accept nothing
 * @param revokes what becomes of revocations meanwhile
 */
record Expected(Set<Integer> excused, Set<Integer> cutOff, Revokes revokes) {
  /** What becomes of calls that revoke a key. */
  enum Revokes {
    /** Confirmed by the first call, within a second. */
    PROMPT,
    /** Confirmed by the first call. */
    CONFIRMED,
    /** Never confirmed while the fault lasts. */
    REFUSED,
    /** Confirmed or not. */
    EITHER
  }

  /** Nobody is refused. */
  static Expected allServed(Revokes revokes) {
    return new Expected(Set.of(), Set.of(), revokes);
  }

  /** That gateway may refuse, the others may not. */
  static Expected allButOne(int gateway, Revokes revokes) {
    return new Expected(Set.of(gateway), Set.of(), revokes);
  }

  /** That gateway must refuse, the others must not. */
  static Expected oneCutOff(int gateway, Revokes revokes) {
    return new Expected(Set.of(gateway), Set.of(gateway), revokes);
  }
}
