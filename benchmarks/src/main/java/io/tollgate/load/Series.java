package io.tollgate.load;

import java.util.Arrays;
import java.util.Locale;

/** What several rounds have given of one figure. */
final class Series {
  private Series() {}

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Divides round by round. */
  static double[] quotients(double[] above, double[] below) {
    if (above.length != below.length) {
      throw new IllegalArgumentException(
          "rounds are missing: " + above.length + ", " + below.length);
    }
    double[] quotients = new double[above.length];
    for (int i = 0; i < quotients.length; i++) {
      quotients[i] = above[i] / below[i];
    }
    return quotients;
  }

  /** Tells the median, and in parentheses the least and the greatest. */
  static String told(double[] values, int digits) {
    double min = Arrays.stream(values).min().orElseThrow();
    double max = Arrays.stream(values).max().orElseThrow();
    return "%s (%s-%s)"
        .formatted(number(median(values), digits), number(min, digits), number(max, digits));
  }

  static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%,." + digits + "f", value);
  }
}
