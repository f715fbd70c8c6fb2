package io.tollgate.limit;

/**
 * The generic cell rate algorithm (ITU-T I.371, annex A): a rate with a burst, kept in one number,
 * the time at which the next unit would come if all came evenly. Exact: nothing is rounded.
 *
 * <p>Times are microseconds of one clock. Its owner guards it against other threads.
 */
final class Gcra {
  private static final long NEVER = Long.MIN_VALUE / 2;

  private long micros = NEVER;
  private long rest;

  /**
   * Takes units, if they conform.
   *
   * @param fromMicros from when on they count: now, or a later moment in which they may be used
   */
  boolean take(Rate rate, long units, long fromMicros, long nowMicros) {
    long whole = whole(rate, units, fromMicros);
    long part = part(rate, units, fromMicros);
    if (isBeyond(rate, whole, part, nowMicros)) {
      return false;
    }
    micros = whole;
    rest = part;
    return true;
  }

  /** Returns how long to wait until so many units conform, if nobody else takes any. */
  long waitMicros(Rate rate, long units, long nowMicros) {
    long ahead = whole(rate, units, nowMicros) - nowMicros - rate.burstMicros();
    boolean more = part(rate, units, nowMicros) > rate.burstRest();
    return Math.max(0, more ? ahead + 1 : ahead);
  }

  private long whole(Rate rate, long units, long fromMicros) {
    boolean carries = micros >= fromMicros && rest + rate.rest(units) >= rate.q();
    return Math.max(micros, fromMicros) + rate.micros(units) + (carries ? 1 : 0);
  }

  private long part(Rate rate, long units, long fromMicros) {
    long sum = (micros >= fromMicros ? rest : 0) + rate.rest(units);
    return sum >= rate.q() ? sum - rate.q() : sum;
  }

  private static boolean isBeyond(Rate rate, long whole, long part, long nowMicros) {
    long ahead = whole - nowMicros;
    return ahead > rate.burstMicros() || (ahead == rate.burstMicros() && part > rate.burstRest());
  }

  /** Returns when the whole burst is back, rounded down. */
  long arrivalMicros() {
    return micros;
  }

  /** Returns what {@link #arrivalMicros} leaves out, in the q-ths of its rate. */
  long rest() {
    return rest;
  }
}
