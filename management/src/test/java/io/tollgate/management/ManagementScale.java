package io.tollgate.management;

import io.tollgate.management.ManagementAmong.Call;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What calls to management cost among a million keys, beside what they cost among a thousand, in
 * turn, each with stores of its own: {@code ManagementScale [quick]}. Quick is with 20,000.
 *
 * <p>One wrong answer, and there are no figures at all.
 */
final class ManagementScale {
  private static final int FEW = 1_000;
  private static final int MANY = 1_000_000;
  private static final int QUICK = 20_000;
  private static final int MINUTES_MAX = 8;

  private final ManagementAmong few;
  private final ManagementAmong many;
  private final List<Measured> figures = Arrays.stream(Call.values()).map(Measured::new).toList();

  /** What all rounds have given of one call. */
  private static final class Measured {
    private final Call call;
    private final double[] few = new double[ManagementAmong.roundsMax()];
    private final double[] many = new double[ManagementAmong.roundsMax()];

    Measured(Call call) {
      this.call = call;
    }

    double[] ratios() {
      double[] ratios = new double[few.length];
      Arrays.setAll(ratios, round -> many[round] / few[round]);
      return ratios;
    }
  }

  private ManagementScale(ManagementAmong few, ManagementAmong many) {
    this.few = few;
    this.many = many;
  }

  public static void main(String[] arguments) {
    CompletableFuture.delayedExecutor(MINUTES_MAX, TimeUnit.MINUTES)
        .execute(() -> fail("it has taken more than " + MINUTES_MAX + " minutes"));
    int count = List.of(arguments).equals(List.of("quick")) ? QUICK : MANY;
    long since = System.nanoTime();
    // The many first: management would close the connection of the few as idle meanwhile.
    try (var many = new ManagementAmong(count);
        var few = new ManagementAmong(FEW)) {
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since);
      var scale = new ManagementScale(few, many);
      scale.measure();
      scale.tell(count, seconds);
    } catch (Exception | AssertionError e) {
      fail(e.toString());
    }
    System.exit(0);
  }

  private static void fail(String why) {
    System.err.println("no figures: " + why);
    System.exit(1);
  }

  /** Each side is first in every other round, lest one always find what the other leaves. */
  private void measure() {
    for (Measured figure : figures) {
      few.warmUp(figure.call);
      many.warmUp(figure.call);
    }
    for (int round = 0; round < ManagementAmong.roundsMax(); round++) {
      for (Measured figure : figures) {
        if (round % 2 == 0) {
          figure.few[round] = few.micros(figure.call);
          figure.many[round] = many.micros(figure.call);
        } else {
          figure.many[round] = many.micros(figure.call);
          figure.few[round] = few.micros(figure.call);
        }
      }
    }
  }

  private void tell(int count, long seconds) {
    print("µs a call: medians of %d rounds' medians (least-greatest)", ManagementAmong.roundsMax());
    print("");
    print("| call | %,d keys | %,d keys | ratio (goal 2) |", FEW, count);
    print("|---|---|---|---|");
    for (Measured figure : figures) {
      print(
          "| %s | %s | %s | %s |",
          figure.call.title(),
          told(figure.few, "%,.0f"),
          told(figure.many, "%,.0f"),
          told(figure.ratios(), "%.2f"));
    }
    print("");
    print(
        "Made and in Redis after %d s. Stored in the end: %s; %s.",
        seconds, few.stored(), many.stored());
  }

  private static String told(double[] rounds, String format) {
    double[] sorted = rounds.clone();
    Arrays.sort(sorted);
    double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    String spread = "%s (%s-%s)".formatted(format, format, format);
    return String.format(Locale.ROOT, spread, median, sorted[0], sorted[sorted.length - 1]);
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
