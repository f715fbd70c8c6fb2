package io.tollgate.limit;

import io.tollgate.plan.Limit;

/**
 * A limit in the form that is computed with: a unit takes {@code p / q} microseconds, in lowest
 * terms. Spans of time are whole microseconds and a rest in q-ths of one, so that nothing is ever
 * rounded. Immutable.
 */
final class Rate {
  private static final long MICROS = 1_000_000;

  /** More gateways than anybody has; so no product leaves 64 bits. */
  private static final int GATEWAYS_MAX = 1_000;

  private static final long LEASE_MICROS_MIN = 10_000;
  private static final long LEASE_MICROS_SHORT = 50_000;
  private static final long LEASE_MICROS_MAX = 2_000_000;

  /** While leases are out, the burst is less by what comes back in their life: a 20th of it. */
  private static final int BURST_PARTS = 20;

  private static final int BURST_PARTS_MIN = 4;

  /** With fewer units than this in a lease's life, one would hardly be used before it is void. */
  private static final int LEASE_UNITS_MIN = 6;

  /** So small a part of a burst may lie in reserve, with all gateways together. */
  private static final int RESERVE_PARTS = 100;

  /** What lies in reserve comes back in this time, so that it may be lost now and then. */
  private static final int RESERVE_MICROS_MAX = 2_000_000;

  /** Of smaller bursts a request might want to have all. */
  private static final int RESERVE_BURST_MIN = 1_000;

  private static final int DIGIT = 1024;

  private final long p;
  private final long q;
  private final long burst;
  private final long burstMicros;
  private final long burstRest;
  private final double unitsPerMicro;
  private final long leaseMicros;
  private final long reserve;

  Rate(long units, long micros, long burst) {
    this(units, micros, burst, 0);
  }

  /** Makes the rate of a burst of which so many units are set aside. */
  private Rate(long units, long micros, long whole, long reserve) {
    this.reserve = reserve;
    long burst = whole - reserve;
    long divisor = gcd(micros, units);
    p = micros / divisor;
    q = units / divisor;
    this.burst = burst;
    burstMicros = micros(burst);
    burstRest = rest(burst);
    unitsPerMicro = (double) units / micros;
    leaseMicros = lifeOfLeases(micros(whole));
  }

  static Rate of(Limit limit) {
    return new Rate(limit.units(), limit.windowSeconds() * MICROS, limit.burst());
  }

  /** Returns what Redis keeps of a limit: all of it, but for what gateways may hold in reserve. */
  static Rate central(Limit limit) {
    Rate whole = of(limit);
    long most = (long) Math.min(Integer.MAX_VALUE, RESERVE_MICROS_MAX * whole.unitsPerMicro);
    long reserve = Math.min(limit.burst() / RESERVE_PARTS, most);
    return whole.leaseMicros == 0 || limit.burst() < RESERVE_BURST_MIN
        ? whole
        : new Rate(limit.units(), limit.windowSeconds() * MICROS, limit.burst(), reserve);
  }

  /** Returns what one of so many gateways may let pass by itself. */
  static Rate share(Limit limit, int gateways) {
    int count = Math.clamp(gateways, 1, GATEWAYS_MAX);
    return new Rate(
        limit.units(), limit.windowSeconds() * MICROS * count, Math.max(1, limit.burst() / count));
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  private long lifeOfLeases(long wholeMicros) {
    long life =
        Math.min(
            LEASE_MICROS_MAX,
            Math.max(
                wholeMicros / BURST_PARTS,
                Math.min(LEASE_MICROS_SHORT, wholeMicros / BURST_PARTS_MIN)));
    return life < LEASE_MICROS_MIN || life * unitsPerMicro < LEASE_UNITS_MIN ? 0 : life;
  }

  long p() {
    return p;
  }

  long q() {
    return q;
  }

  long burst() {
    return burst;
  }

  long burstMicros() {
    return burstMicros;
  }

  long burstRest() {
    return burstRest;
  }

  double unitsPerMicro() {
    return unitsPerMicro;
  }

  /** Returns how long a leased unit may be used; 0 where none is leased. */
  long leaseMicros() {
    return leaseMicros;
  }

  /** Returns how many units of the limit's burst, beyond this one's, the gateways may hold. */
  long reserve() {
    return reserve;
  }

  /** Returns the whole microseconds that so many units take. */
  long micros(long units) {
    return computed(units, true);
  }

  /** Returns what {@link #micros} leaves out, in q-ths of a microsecond. */
  long rest(long units) {
    return computed(units, false);
  }

  private long computed(long units, boolean whole) {
    if (Math.multiplyHigh(units, p) == 0 && units * p >= 0) {
      return whole ? units * p / q : units * p % q;
    }
    // Digit by digit, as on paper: the product itself has no room in 64 bits.
    long micros = 0;
    long rest = 0;
    for (int shift = 40; shift >= 0; shift -= 10) {
      long part = rest * DIGIT + (units >>> shift & (DIGIT - 1)) * p;
      micros = micros * DIGIT + part / q;
      rest = part % q;
    }
    return whole ? micros : rest;
  }
}
