package io.tollgate.management.billing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Somebody who is told of usage. It may hear of an event twice, under the same id. */
interface UsageSink {
  /** Returns what its place among the events is kept under. */
  String name();

  /**
   * Tells it of events, in order. What is known of failures is no secret.
   *
   * @return how far that went
   */
  Delivery deliver(List<UsageEvent> events);

  /**
   * How far a delivery went.
   *
   * @param done how many of the events need not be told again
   * @param refused those of them that the sink will never take
   * @param failure what was wrong with the next one; null where nothing was
   */
  record Delivery(int done, List<Refused> refused, @Nullable String failure) {
    public Delivery {
      refused = List.copyOf(refused);
    }
  }

  /** An event that a sink said it will never take. */
  record Refused(String id, int status) {}
}
