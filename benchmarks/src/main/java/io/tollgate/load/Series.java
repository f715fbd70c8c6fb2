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

  static double[] quotients(double[] above, double[] below) {
    double[] quotients = new double[Math.min(above.length, below.length)];
    for (int i = 0; i < quotients.length; i++) {
      quotients[i] = above[i] / below[i];
    }
    return quotients;
  }

  /** Tells the median, and in parentheses the least and the greatest. */
  static String told(double[] values, int digits) {
    double min = Arrays.stream(values).min().orElse(0);
    double max = Arrays.stream(values).max().orElse(0);
    String one = "%,." + digits + "f";
    return String.format(Locale.ROOT, one + " (" + one + "-" + one + ")", median(values), min, max);
  }
}
