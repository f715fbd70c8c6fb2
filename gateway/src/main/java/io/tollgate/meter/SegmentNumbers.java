package io.tollgate.meter;

/** Numbers the segments of a process from 1, over all its event loops. Safe for all threads. */
final class SegmentNumbers {
  private long last;

  /**
   * Gives a segment the next number. The number stands in the segment before anybody else can take
   * the one after it, so that a process that is killed at any moment leaves no hole; hence the
   * lock, which is held for some nanoseconds once a second and loop.
   */
  synchronized void number(OpenSegment segment) {
    segment.number(last + 1);
    last++;
  }

  /** Returns the last number that was given, 0 for none. */
  synchronized long last() {
    return last;
  }
}
