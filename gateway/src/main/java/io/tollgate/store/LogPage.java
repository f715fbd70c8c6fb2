package io.tollgate.store;

import io.tollgate.key.KeyDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the change log said to one question: the changes that follow the place that was asked from,
 * as many as one answer holds, and where the log ended at that moment.
 *
 * @param epoch names the log's history
 * @param end the newest change
 * @param continuity whether this page joins on to the place that was asked from
 * @param last the last change of this page; {@code end} where the page is the last one
 * @param changed the secrets whose keys were changed by this page's changes
 * @param storeMillis Postgres' wall clock, in milliseconds since the epoch
 */
public record LogPage(
    String epoch,
    LogPosition end,
    Continuity continuity,
    LogPosition last,
    List<KeyDigest> changed,
    long storeMillis) {

  /** How a page and the place that was asked from fit together. */
  public enum Continuity {
    /** The place is in the log, under the same id, and so is every change from there on. */
    WHOLE,
    /** The log does not reach back that far any more. */
    PRUNED,
    /** Another change has the place's number, or none has it yet: the log's history is another. */
    FORKED;

    /**
     * Judges a page. All that it is told must be of one moment of the log.
     *
     * @param anchor the id of the change that has the number of {@code after}; null if none has
     * @param after the place that was asked from
     * @param end where the log ended
     * @param broken whether changes are missing between {@code after} and the page's last change
     */
    public static Continuity of(
        @Nullable String anchor, LogPosition after, LogPosition end, boolean broken) {
      if (after.number() >= end.number()) {
        return after.equals(end) ? WHOLE : FORKED;
      }
      if (anchor != null && !anchor.equals(after.id())) {
        return FORKED;
      }
      boolean anchored = anchor != null || after.number() == 0;
      return anchored && !broken ? WHOLE : PRUNED;
    }
  }
}
