package io.tollgate.meter;

import static io.tollgate.meter.MeteredPlace.PLAN;

import com.sun.management.OperatingSystemMXBean;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import io.tollgate.store.Awaiting;
import io.tollgate.store.PostgresUsage;
import io.tollgate.store.TestPostgres;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * How fast a spool of closed segments comes into the ledger of a real Postgres: {@code IngestRate
 * [segments]}. What it prints is checked against the ledger.
 */
final class IngestRate {
  private static final int KEYS = 1_000;

  /**
   * What a key that is in use all the time counts in a second of one loop, of each of two counts.
   */
  private static final int UNITS = 50;

  private static final Duration DEADLINE = Duration.ofMinutes(5);

  private IngestRate() {}

  public static void main(String[] arguments) throws Exception {
    int segments = arguments.length == 0 ? 200 : Integer.parseInt(arguments[0]);
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Vertx vertx = Vertx.vertx();
    try (var postgres = TestPostgres.dedicated();
        var place = new MeteredPlace(new AwayLedger())) {
      place.segmentRows = KEYS;
      fill(place, segments, true);
      measure("other keys in each segment", vertx, postgres, place, segments, out);
      fill(place, segments, false);
      measure("the same keys in each segment", vertx, postgres, place, segments, out);
    }
    System.exit(0);
  }

  private static void fill(MeteredPlace place, int segments, boolean areDifferent) {
    place.millis.set(MeteredPlace.NOON);
    UsageMeter meter = place.open();
    LoopMeter loop = meter.loop();
    for (int segment = 1; segment <= segments; segment++) {
      int first = areDifferent ? segment * KEYS : 0;
      for (int key = first; key < first + KEYS; key++) {
        var id = new KeyId(key * 0x9E3779B97F4A7C15L, key);
        var subject = new Subject("user_%027d".formatted(key));
        loop.verified(id, subject, PLAN, UNITS);
        loop.answered(id, subject, PLAN, 200, UNITS);
      }
      // Full, so that the next one is begun; of a minute, each twentieth.
      place.millis.addAndGet(3_000);
      loop.close();
      place.awaitClosed(segment);
    }
    MeteredPlace.kill(meter);
  }

  private static void measure(
      String what,
      Vertx vertx,
      TestPostgres postgres,
      MeteredPlace place,
      int segments,
      PrintStream out)
      throws Exception {
    Promise<PostgresUsage> made = Promise.promise();
    vertx
        .getOrCreateContext()
        .runOnContext(unused -> made.complete(new PostgresUsage(vertx, postgres.config())));
    PostgresUsage ledger = made.future().await();
    ledger.prove().await();
    long before = units(postgres);
    Duration cpuBefore = cpu(postgres);
    long startNanos = System.nanoTime();
    UsageMeter meter = place.open(ledger);
    Awaiting.until("all is in the ledger", DEADLINE, () -> isEmpty(place.directory));
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    double cores = cpu(postgres).minus(cpuBefore).toNanos() / 1e9;
    MeteredPlace.close(meter);
    ledger.close().await();
    long rows = (long) segments * KEYS;
    long units = rows * UNITS * 2;
    if (units(postgres) - before != units) {
      throw new IllegalStateException(
          "the ledger has " + (units(postgres) - before) + " of " + units);
    }
    out.printf(
        "%s: %,d rows, %,d units in %.2f s: %,.0f rows/s, %,.0f units/s; %.2f s of a core: "
            + "%,.0f rows, %,.0f units per second of a core%n",
        what,
        rows,
        units,
        seconds,
        rows / seconds,
        units / seconds,
        cores,
        rows / cores,
        units / cores);
  }

  private static boolean isEmpty(Path directory) throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      return files.noneMatch(file -> file.toString().endsWith(".closed"));
    }
  }

  private static long units(TestPostgres postgres) {
    return Long.parseLong(
        postgres.query("SELECT coalesce(sum(verified + status_2xx), 0) FROM tollgate.usage_hour"));
  }

  /** Returns the time that this process and Postgres' have had of a core. */
  private static Duration cpu(TestPostgres postgres) {
    var self = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return ProcessHandle.of(postgres.pid()).stream()
        .flatMap(server -> Stream.concat(Stream.of(server), server.descendants()))
        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ofNanos(self.getProcessCpuTime()), Duration::plus);
  }
}
