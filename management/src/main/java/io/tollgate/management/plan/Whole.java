package io.tollgate.management.plan;

import io.tollgate.management.object.Fields;
import io.tollgate.management.wire.RequestBody;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Whole numbers in requests, such as amounts of money: none is rounded, none is cut. */
final class Whole {
  /** Of amounts of money, in the currency's smallest unit: every client counts so far exactly. */
  static final long MONEY_MAX = 1_000_000_000_000L;

  private Whole() {}

  /** Returns a number that must be there. */
  static long in(RequestBody body, String member, long min, long max) {
    @Nullable Long number = orNull(body, member, min, max);
    if (number == null) {
      throw body.missing(member);
    }
    return number;
  }

  /** Returns a number, or null where the member is absent or null. */
  static @Nullable Long orNull(RequestBody body, String member, long min, long max) {
    @Nullable BigDecimal number = body.numberOrNull(member);
    if (number == null) {
      return null;
    }
    // The bounds first: to look for a fraction in a number such as 1e500000000 would take minutes.
    boolean within =
        number.compareTo(BigDecimal.valueOf(min)) >= 0
            && number.compareTo(BigDecimal.valueOf(max)) <= 0;
    if (!within || number.stripTrailingZeros().scale() > 0) {
      throw Fields.notOneOf(
          body.named(member), number.toString(), "a whole number from " + min + " to " + max);
    }
    return number.longValueExact();
  }

  static @Nullable Long moneyOrNull(RequestBody body, String member) {
    return orNull(body, member, 0, MONEY_MAX);
  }
}
