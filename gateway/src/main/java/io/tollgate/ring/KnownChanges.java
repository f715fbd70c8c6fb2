package io.tollgate.ring;

import io.tollgate.key.KeyDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The changes that were read of the log and that Redis may not have yet, without a gap between
 * them.
 *
 * <p>Where Postgres dies right after a commit, nobody can carry that change to Redis any more. All
 * that Redis holds is still true then, but for the keys of changes that are known here. Bounded;
 * confined as {@link Trust} is.
 */
final class KnownChanges {
  static final int DIGESTS_MAX = 10_000;

  private final Set<KeyDigest> digests = new HashSet<>();
  private long from;
  private long upTo;

  /** Takes what follows one change up to another. */
  void read(long after, long last, List<KeyDigest> changed) {
    if (after > upTo) {
      restart(after);
    }
    if (digests.size() + changed.size() > DIGESTS_MAX) {
      restart(last);
      return;
    }
    digests.addAll(changed);
    upTo = Math.max(upTo, last);
  }

  /** Lets go of what Redis has by now. */
  void carried(long number) {
    if (number >= upTo) {
      restart(number);
    }
  }

  void restart(long number) {
    digests.clear();
    from = number;
    upTo = number;
  }

  /** Returns whether every change after one up to another is known. */
  boolean covers(long after, long last) {
    return from <= after && last <= upTo;
  }

  /** Returns whether one of them is about this secret. */
  boolean concern(KeyDigest digest) {
    return digests.contains(digest);
  }
}
