package io.tollgate.management.projector;

import io.tollgate.key.KeyDigest;
import io.tollgate.store.LogPage.Continuity;
import io.tollgate.store.LogPosition;
import io.tollgate.store.StoreUnreachable;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a projector asks of Postgres: the change log, and the keys. Each call waits for its answer,
 * which is of one moment.
 *
 * <p>Any call may throw {@link StoreUnreachable}. Public for the simulation, which puts a Postgres
 * of its own in the place of {@link ChangeLog}.
 */
public interface TruthStore {
  /** Where the log ends, and the name of its history. */
  record Head(String epoch, LogPosition end) {}

  /**
   * The changes that follow a place, as many as are carried at once, as the documents they lead to.
   *
   * @param continuity whether they join on to the place that was asked from
   * @param last the last of these changes; the place that was asked from where there is none
   */
  record Batch(Head head, Continuity continuity, LogPosition last, List<Write> writes) {}

  /** Documents of some keys or records, and the place of the last, null where there are no more. */
  record Page(List<Write> writes, @Nullable String last) {}

  Head head();

  /** Returns what follows a place in the log. */
  Batch after(LogPosition place);

  /** Returns what follows a place among all keys and records; the first place is empty. */
  Page page(String place);

  /** Returns those of the addresses at which something stands. */
  Set<KeyDigest> known(Collection<KeyDigest> addresses);

  /** Gives the log's history a new name, if it still has this one. */
  void renewHistory(String epoch);
}
