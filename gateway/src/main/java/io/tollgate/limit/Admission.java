package io.tollgate.limit;

/**
 * What the limiter says to one request, filled in by it. To be used again by the next request, so
 * that nothing is allocated for one that passes. Confined to whoever holds it.
 */
public final class Admission {
  private LimitSet limits = LimitSet.NONE;
  private LimitState strictest = LimitState.NONE;
  private Outcome outcome = Outcome.PASSES;
  private long waitMicros;
  private long remaining;
  private long fullInMicros;

  /** What becomes of the request. */
  public enum Outcome {
    /** It took its units. */
    PASSES,
    /** It took none, and may come again. */
    REFUSED,
    /** It costs more than one of its limits ever has. */
    NEVER_FITS,
    /** Nobody knows yet: Redis has to be asked. */
    WAITS
  }

  /** Forgets the last request. */
  public void clear() {
    limits = LimitSet.NONE;
    outcome = Outcome.PASSES;
  }

  /** Takes over what another one says. */
  public void copy(Admission other) {
    limits = other.limits;
    strictest = other.strictest;
    outcome = other.outcome;
    waitMicros = other.waitMicros;
    remaining = other.remaining;
    fullInMicros = other.fullInMicros;
  }

  void tell(LimitSet set, Outcome what, long wait) {
    limits = set;
    outcome = what;
    waitMicros = wait;
  }

  void tellStrictest(LimitState state, long units, long fullMicros) {
    strictest = state;
    remaining = units;
    fullInMicros = fullMicros;
  }

  public Outcome outcome() {
    return outcome;
  }

  /** Returns whether any limit holds for the request. */
  public boolean isLimited() {
    return !limits.isEmpty();
  }

  /** Returns the value of {@code RateLimit-Policy}. */
  public String policy() {
    return limits.policy();
  }

  /** Returns the name that the strictest limit has in the policy. */
  public String strictest() {
    return limits.nameOf(strictest);
  }

  /** Returns how many units would pass by the strictest limit now, one after the other. */
  public long remaining() {
    return remaining;
  }

  /** Returns the whole seconds to wait, at least 1. */
  public long waitSeconds() {
    return Math.max(1, Seconds.roundedUp(waitMicros));
  }

  /** Returns the whole seconds until the strictest limit's burst is in hand again. */
  public long fullInSeconds() {
    return Seconds.roundedUp(Math.max(0, fullInMicros));
  }
}
