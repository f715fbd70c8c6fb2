package io.tollgate.quota;

import io.tollgate.plan.Meter;
import io.tollgate.store.AllowanceTerms;
import java.util.List;

/** All allowances that the requests of one key draw on under its plan. Safe for all threads. */
public final class Allowances {
  private final Drawn[] all;
  private final long endMillis;

  /** An allowance, and what the plan says of it. */
  record Drawn(Allowance allowance, AllowanceTerms terms) {}

  Allowances(List<Drawn> all) {
    this.all = all.toArray(Drawn[]::new);
    endMillis =
        all.stream().mapToLong(drawn -> drawn.allowance().endMillis()).min().orElse(Long.MAX_VALUE);
  }

  /** Returns when one of them ends, so that these are no longer the ones that count. */
  long endMillis() {
    return endMillis;
  }

  int size() {
    return all.length;
  }

  Allowance get(int index) {
    return all[index].allowance();
  }

  AllowanceTerms terms(int index) {
    return all[index].terms();
  }

  boolean isHard(int index) {
    return all[index].terms().hard();
  }

  /**
   * Settles what was taken for a request.
   *
   * @param taken a bit for each that something was taken of
   * @param reached by what the request counts
   */
  public void settle(int taken, long units, Reached reached) {
    for (int i = 0; i < all.length; i++) {
      if ((taken & 1 << i) != 0) {
        get(i).settle(units, reached.counts(terms(i).meter()));
      }
    }
  }

  /** How far a request came. */
  public enum Reached {
    /** Refused by us, or not sent to the upstream. */
    NOTHING,
    /** Sent, and not answered, or with a status of 500 or more. */
    FORWARDED,
    COMPLETED;

    boolean counts(Meter meter) {
      return meter == Meter.FORWARDED ? this != NOTHING : this == COMPLETED;
    }
  }
}
