package io.tollgate.fault;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Three times as many uses as the API behind can take: it admits a fixed number at once, each for a
 * fixed time, so that its capacity is known. Who can't be served is to hear of it at once, and what
 * can be served is to be.
 */
final class Overload {
  private static final int SLOTS = 20;
  private static final int WAITING = 10;
  private static final int CAPACITY = (int) (SLOTS * 1_000 / SteadyUpstream.SLOW_MILLIS);
  private static final int TIMES = 3;

  private static final Duration WARM_UP = Duration.ofSeconds(4);
  private static final Duration BEFORE = Duration.ofSeconds(1);
  private static final Duration WHILE = Duration.ofSeconds(4);
  private static final Duration AFTER = Duration.ofMillis(2_500);

  private static final double GOODPUT_MIN = 90;
  private static final double REFUSAL_MILLIS = 10;
  private static final double REFUSAL_MILLIS_BROKEN = 50;
  private static final double RECOVERY_MILLIS_MAX = 2_000;

  /** What a busy machine may let come at once. */
  private static final long EARLY_MAX = 4;

  /** Slots and queue passed through, and as much again. */
  private static final long WELL_NANOS = Duration.ofMillis(150).toNanos();

  private final Deployment deployment;
  private final Stopwatch clock;
  private final Figures figures;
  private final Book book = new Book();

  Overload(Deployment deployment, Stopwatch clock, Figures figures) {
    this.deployment = deployment;
    this.clock = clock;
    this.figures = figures;
  }

  /** Overloads a gateway of its own. */
  List<Finding> run() {
    Map<String, String> settings =
        Map.of(
            "TOLLGATE_EDGE_EVENT_LOOPS", "1",
            "TOLLGATE_PROXY_CONNECTIONS_MAX", Integer.toString(SLOTS),
            "TOLLGATE_PROXY_QUEUE_MAX", Integer.toString(WAITING));
    try (GatewayMember gateway = deployment.gateway(0, "gateway-overloaded", settings)) {
      gateway.process().start();
      gateway.process().awaitReady();
      IssuedKey issued = deployment.calls().issue();
      var key = new IssuedKey(issued.id(), issued.secret(), SteadyUpstream.SLOW_PATH);
      var door = new GatewayDoor(0, gateway.port(), clock, book);
      // What is new to a JVM is slow in it: that is not what is measured.
      arrive(door, key, CAPACITY, WARM_UP);
      book.clear();
      arrive(door, key, CAPACITY / 2, BEFORE);
      long from = clock.now();
      arrive(door, key, CAPACITY * TIMES, WHILE);
      long until = clock.now();
      arrive(door, key, CAPACITY / 2, AFTER);
      clock.pass(Duration.ofMillis(500));
      gateway.process().stop();
      return judge(from, until);
    }
  }

  private void arrive(GatewayDoor door, IssuedKey key, int usesPerSecond, Duration time) {
    long first = clock.now();
    long uses = usesPerSecond * time.toMillis() / 1_000;
    for (long count = 0; count < uses; count++) {
      long due = first + count * 1_000_000_000L / usesPerSecond;
      clock.until(due);
      Thread.ofVirtual().start(() -> door.use(key, false, due));
    }
  }

  private List<Finding> judge(long from, long until) {
    long served =
        count(
            use -> use.isAccepted() && use.answeredNanos() >= from && use.answeredNanos() < until);
    double goodput = 100 * served / (CAPACITY * (until - from) / 1e9);
    var refusals =
        new Durations(
            book.uses().stream()
                .filter(use -> use.status() == 503)
                .mapToLong(use -> use.answeredNanos() - use.sentNanos()));
    long wrong = count(use -> !use.isAccepted() && use.status() != 503);
    long early = count(use -> !use.isAccepted() && use.dueNanos() < from);
    double recovery =
        book.uses().stream()
                .filter(use -> use.dueNanos() >= until)
                .filter(use -> !use.isAccepted() || use.waitedNanos() > WELL_NANOS)
                .mapToLong(use -> use.dueNanos() - until)
                .max()
                .orElse(0)
            / 1e6;
    String share = String.format(Locale.ROOT, "%.1f %% of %d a second", goodput, CAPACITY);
    String healthy = String.format(Locale.ROOT, "%.0f ms", recovery);
    figures.add("goodput at 3x capacity", "90 %", share);
    figures.add("refusals at 3x capacity", "p99 10 ms", refusals.toString());
    figures.add("recovery after overload", "2000 ms", healthy);
    return List.of(
        finding("goodput", goodput >= GOODPUT_MIN, share),
        Finding.figure(
            "overload",
            "refusals are quick",
            refusals.millis(99),
            REFUSAL_MILLIS,
            REFUSAL_MILLIS_BROKEN,
            refusals.toString()),
        finding("nothing else goes wrong", wrong == 0, wrong + " uses"),
        finding("half of it is no overload", early <= EARLY_MAX, early + " refused before"),
        finding("recovery", recovery <= RECOVERY_MILLIS_MAX, healthy));
  }

  private static Finding finding(String invariant, boolean holds, String seen) {
    return Finding.promise("overload", invariant, holds, seen);
  }

  private long count(Predicate<Use> wanted) {
    return book.uses().stream().filter(wanted).count();
  }
}
