package io.tollgate.meter;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What counting costs: a request that is verified and answered, into a mapped file, with the look
 * at the wall clock that tells its minute. Beside it its floor, that look alone. At the end it is
 * checked that nothing was lost.
 *
 * <pre>
 * java -jar benchmarks/target/benchmarks.jar MeterBenchmark -prof gc
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+UseSerialGC"})
public class MeterBenchmark {
  private static final String PLAN = "pver_000000000000000000000000000";

  /** How many keys are counted in turn; a segment has room for all. */
  @Param({"1", "1000", "4000"})
  int keys;

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private KeyId[] ids;
  private Subject[] subjects;
  private Path directory;
  private LoopMeter loop;
  private int next;

  /** Opens a meter, and makes the keys of as many subjects. */
  @Setup
  public void open() throws IOException {
    directory = Files.createTempDirectory("meter-benchmark");
    var config = new MeterConfig(directory, MeterConfig.SPOOL_BYTES_MAX, WhenFull.PASS);
    loop =
        UsageMeter.open(
                config, 1, "benchmark", System::currentTimeMillis, new AbsentLedger(), metrics)
            .loop();
    ids = new KeyId[keys];
    subjects = new Subject[keys];
    var random = new SplittableRandom(7);
    for (int key = 0; key < keys; key++) {
      ids[key] = KeyId.random(random);
      subjects[key] = new Subject("user_%027d".formatted(key));
    }
  }

  /** Checks that all was counted, and leaves nothing behind. */
  @TearDown
  public void check() throws IOException {
    double lost = metrics.get("tollgate.meter.lost").functionCounter().count();
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory)) {
      files = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
    if (lost > 0) {
      throw new IllegalStateException("lost " + lost);
    }
  }

  private int turn() {
    next = next + 1 == keys ? 0 : next + 1;
    return next;
  }

  /** A request's two counts. */
  @Benchmark
  public void verifiedAndAnswered() {
    int key = turn();
    loop.verified(ids[key], subjects[key], PLAN, 1);
    loop.answered(ids[key], subjects[key], PLAN, 200, 1);
  }

  /** One count. */
  @Benchmark
  public void verified() {
    int key = turn();
    loop.verified(ids[key], subjects[key], PLAN, 1);
  }

  /** The floor of one count: the wall clock. */
  @Benchmark
  public long floor() {
    return System.currentTimeMillis() + turn();
  }
}
