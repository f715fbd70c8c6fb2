package io.tollgate.meter;

/**
 * What becomes of requests that can't be counted, since what was counted waits and fills a disk.
 */
public enum WhenFull {
  /** They pass, and only how many units were lost is known. */
  PASS,
  /** They are refused until there is room. */
  REFUSE
}
