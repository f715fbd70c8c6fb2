package io.tollgate.management.key;

import io.tollgate.meter.LoopMeter;
import io.tollgate.ring.Grant;

/**
 * Counts what {@code verify} has answered. One for all event loops, which take turns: to count
 * takes far less than to answer, and what is answered must have been counted.
 */
public final class VerificationMeter {
  private final LoopMeter meter;

  public VerificationMeter(LoopMeter meter) {
    this.meter = meter;
  }

  /** Returns whether nothing is to be answered, since nobody could count it. */
  synchronized boolean isRefusing() {
    return meter.isRefusing();
  }

  synchronized void verified(Grant grant) {
    meter.verified(grant.id(), grant.subject(), grant.plan().version(), 1);
  }

  /** Looks whether it is time to send what was counted; to be called several times a second. */
  public synchronized void tick() {
    meter.tick();
  }
}
