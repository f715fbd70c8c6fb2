package io.tollgate.store;

import io.tollgate.key.KeyId;
import java.util.Arrays;

/** What was used of one key, for one subject, under one version of a plan. Immutable. */
public final class UsageRow {
  private static final int COUNTS = UsageCount.values().length;

  private final KeyId key;
  private final String subject;
  private final String version;
  private final long[] counts;

  /**
   * Makes a row.
   *
   * @param version of the plan, empty where there was none
   * @param counts one for each {@link UsageCount}, in their order
   */
  public UsageRow(KeyId key, String subject, String version, long... counts) {
    if (counts.length != COUNTS) {
      throw new IllegalArgumentException("a row has " + COUNTS + " counts, not " + counts.length);
    }
    this.key = key;
    this.subject = subject;
    this.version = version;
    this.counts = counts.clone();
  }

  public KeyId key() {
    return key;
  }

  public String subject() {
    return subject;
  }

  public String version() {
    return version;
  }

  public long count(UsageCount which) {
    return counts[which.place()];
  }

  /** Returns the sum of all counts. */
  public long units() {
    return Arrays.stream(counts).sum();
  }

  @Override
  public String toString() {
    return key + " of " + subject + " under '" + version + "': " + Arrays.toString(counts);
  }
}
