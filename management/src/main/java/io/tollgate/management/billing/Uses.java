package io.tollgate.management.billing;

import java.math.BigInteger;
import java.util.EnumMap;
import java.util.Map;

/**
 * What was counted of one payer in one month under one version of a plan. Immutable.
 *
 * @param month of the uses
 * @param before what had come before the month that is billed began
 * @param in all that had come when the month that is billed ended
 */
record Uses(Month month, String version, Map<Meter, BigInteger> before, Map<Meter, BigInteger> in) {
  Uses {
    before = copy(before);
    in = copy(in);
  }

  private static Map<Meter, BigInteger> copy(Map<Meter, BigInteger> units) {
    Map<Meter, BigInteger> copied = new EnumMap<>(Meter.class);
    copied.putAll(units);
    return copied;
  }

  BigInteger before(Meter meter) {
    return before.getOrDefault(meter, BigInteger.ZERO);
  }

  BigInteger in(Meter meter) {
    return in.getOrDefault(meter, BigInteger.ZERO);
  }
}
