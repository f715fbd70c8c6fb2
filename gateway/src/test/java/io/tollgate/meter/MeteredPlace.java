package io.tollgate.meter;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import io.tollgate.store.Awaiting;
import io.tollgate.store.TestRedis;
import io.tollgate.store.UsageLedger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** A directory to meter in, and the meters that follow each other on it. */
final class MeteredPlace implements AutoCloseable {
  static final Subject SUBJECT = new Subject("user_000000000000000000000000001");
  static final Subject OTHER_SUBJECT = new Subject("org_000000000000000000000000002");
  static final String PLAN = "pver_000000000000000000000000003";
  static final KeyId KEY = new KeyId(1, 2);

  /** Some minute's beginning, not long ago, that is no hour's. */
  static final long NOON = System.currentTimeMillis() / 3_600_000 * 3_600_000 + 120_000;

  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final AtomicLong millis = new AtomicLong(NOON);
  final Path directory;
  private final UsageLedger ledger;
  int spoolBytesMax = MeterConfig.SPOOL_BYTES_MAX;
  int segmentRows = 64;
  int loops = 1;
  WhenFull whenFull = WhenFull.PASS;
  EnumSet<Guard> guards = EnumSet.allOf(Guard.class);

  MeteredPlace(UsageLedger ledger) {
    this.ledger = ledger;
    try {
      directory = Files.createTempDirectory("tollgate-meter");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a meter, whose clock is the test's. */
  UsageMeter open() {
    return open(ledger);
  }

  /** Starts a meter that sends to another ledger. */
  UsageMeter open(UsageLedger ledger) {
    return UsageMeter.open(
        new UsageMeter.Parts(
            new MeterConfig(directory, spoolBytesMax, whenFull, segmentRows),
            loops,
            "a gateway",
            millis::get,
            ledger,
            metrics,
            guards));
  }

  /** Lets a second pass, so that what is open is closed when a loop looks. */
  void passSecond(LoopMeter loop) {
    millis.addAndGet(1_000);
    loop.tick();
  }

  /** Ends it with what it has in hand. */
  static void kill(UsageMeter meter) {
    try {
      meter.release().await(20, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  static void close(UsageMeter meter) {
    try {
      meter.close(Duration.ofSeconds(10)).await(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the files in the directory that end so. */
  List<Path> files(String ending) {
    try (var files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitClosed(int segments) {
    Awaiting.until(segments + " segments are closed", () -> files(".closed").size() == segments);
  }

  @Override
  public void close() {
    TestRedis.delete(directory);
  }
}
