package io.tollgate.meter;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The segments of one event loop, which go round: empty, counted in, full, and empty again once the
 * meter's thread has put what they have counted into files of their own.
 */
final class LoopSegments {
  /** One that is counted in, and others so that a slow disk holds nobody up for a while. */
  static final int COUNT = 8;

  private final Queue<OpenSegment> spare = new ConcurrentLinkedQueue<>();
  private final Queue<OpenSegment> filled = new ConcurrentLinkedQueue<>();
  private final List<OpenSegment> all;
  private final Runnable hasFilled;

  /** Takes empty segments, and whom to tell when one is filled, on the event loop. */
  LoopSegments(List<OpenSegment> segments, Runnable hasFilled) {
    all = new ArrayList<>(segments);
    this.hasFilled = hasFilled;
    spare.addAll(segments);
  }

  boolean hasSpare() {
    return !spare.isEmpty();
  }

  @Nullable OpenSegment takeSpare() {
    return spare.poll();
  }

  void fill(OpenSegment segment) {
    filled.add(segment);
    hasFilled.run();
  }

  /** Returns the next that is to be put into a file, which stays there until it is. */
  @Nullable OpenSegment nextFilled() {
    return filled.peek();
  }

  /** Takes the next one back, empty. */
  void emptied() {
    OpenSegment segment = filled.poll();
    if (segment != null) {
      segment.reset();
      spare.add(segment);
    }
  }

  /** Has the kernel write to the disk what is counted in them. */
  void force() {
    for (OpenSegment segment : all) {
      // What is left of an empty one on the disk was sealed, and counts once however often it is
      // read.
      if (segment.sequence() != 0) {
        segment.force();
      }
    }
  }
}
