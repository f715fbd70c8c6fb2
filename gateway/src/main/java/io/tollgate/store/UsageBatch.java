package io.tollgate.store;

import java.util.List;
import java.util.UUID;

/**
 * What one segment has counted. Its instance, boot and sequence are its name: it stands in the
 * ledger once, however often it is sent. Immutable.
 *
 * @param instance the place where it was counted
 * @param boot the process, numbered from 1 in its place
 * @param sequence the segment, numbered from 1 in its process
 * @param minute since the epoch
 * @param usedMillis when its keys were used for the last time, about
 * @param lost units that could not be counted before it began
 */
public record UsageBatch(
    UUID instance,
    long boot,
    long sequence,
    long minute,
    long usedMillis,
    long lost,
    List<UsageRow> rows) {
  public UsageBatch {
    rows = List.copyOf(rows);
  }

  /** Returns the sum of all its counts. */
  public long units() {
    return rows.stream().mapToLong(UsageRow::units).sum();
  }
}
