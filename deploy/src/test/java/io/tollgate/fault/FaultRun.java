package io.tollgate.fault;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Breaks a deployment in every way that we promise to survive, a line per fault and invariant, and
 * ends with 1 if one is broken.
 *
 * <p>Arguments: the directory to write to, {@code short} or {@code long}, and the faults to play,
 * all if none is named. The variable {@code FAULTS_SEED} repeats the choices of another run.
 */
final class FaultRun {
  private static final int GATEWAYS = 3;

  private static final int TIMES_MAX = 3;
  private static final String IDLE = "idle";
  private static final String OVERLOAD = "overload";
  private static final String SEED = "FAULTS_SEED";

  private final Path directory;
  private final Pace pace;
  private final List<String> wanted;
  private final long seed;
  private final PrintStream out;
  private final Stopwatch clock = new Stopwatch();
  private final Stalls stalls = new Stalls(clock);
  private final Figures figures = new Figures();
  private final List<Finding> missed = new ArrayList<>();
  private final List<Finding> broken = new ArrayList<>();
  private final StringBuilder report = new StringBuilder();

  private FaultRun(Path directory, Pace pace, List<String> wanted, long seed, PrintStream out) {
    this.directory = directory;
    this.pace = pace;
    this.wanted = wanted;
    this.seed = seed;
    this.out = out;
  }

  /**
   * Takes what the class says; exits with 1 if an invariant is broken, 2 if there is no such fault.
   */
  public static void main(String[] arguments) throws IOException {
    boolean isLong = arguments.length > 1 && arguments[1].equals("long");
    List<String> wanted =
        List.of(arguments).subList(Math.min(2, arguments.length), arguments.length);
    String given = System.getenv(SEED);
    long seed = given == null ? System.nanoTime() : Long.parseLong(given);
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var run =
        new FaultRun(Path.of(arguments[0]), isLong ? Pace.LONG : Pace.SHORT, wanted, seed, out);
    List<String> unknown = wanted.stream().filter(name -> !run.knows(name)).toList();
    if (!unknown.isEmpty()) {
      out.println("there is no fault " + String.join(", ", unknown));
      System.exit(2);
    }
    boolean good = run.play();
    System.exit(good ? 0 : 1);
  }

  private boolean knows(String name) {
    return name.equals(IDLE)
        || name.equals(OVERLOAD)
        || Stream.of(ofOneRedis(1), FailoverFaults.all(), AbsenceFaults.all())
            .flatMap(List::stream)
            .anyMatch(fault -> fault.name().equals(name));
  }

  private boolean play() throws IOException {
    print("seed " + seed + " (" + SEED + " repeats its choices)");
    for (int round = 1; round <= pace.rounds(); round++) {
      playOn(Kind.ONE_REDIS, chosen(ofOneRedis(round)));
      playOn(Kind.FAILS_OVER, chosen(FailoverFaults.all()));
    }
    if (isLong() || !wanted.isEmpty()) {
      playOn(Kind.SHORT_ABSENCE, chosen(AbsenceFaults.all()));
    }
    print("");
    tell(figures.judge());
    print("");
    figures.table().forEach(this::print);
    print("");
    missed.forEach(finding -> print("MISSED " + finding.line()));
    broken.forEach(finding -> print("BROKEN " + finding.line()));
    long seconds = clock.now() / 1_000_000_000;
    print(
        "%d promises broken, %d figures missed, %d s, seed %d"
            .formatted(broken.size(), missed.size(), seconds, seed));
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("report.txt"), report);
    return broken.isEmpty();
  }

  private List<Fault> ofOneRedis(int round) {
    List<Fault> faults = new ArrayList<>(List.of(AllWell.FAULT));
    faults.addAll(RedisFaults.all());
    faults.addAll(PostgresFaults.all());
    faults.addAll(PathFaults.all());
    faults.addAll(ProcessFaults.all());
    boolean all = isLong() || !wanted.isEmpty();
    if (all) {
      faults.addAll(PathFaults.variants());
    }
    if (isLong()) {
      Collections.shuffle(faults, new Random(seed + round));
    }
    faults.addAll(RestoreFaults.all());
    if (all) {
      faults.addAll(RestoreFaults.variants());
    }
    return faults;
  }

  private boolean isLong() {
    return pace.rounds() > 1;
  }

  private List<Fault> chosen(List<Fault> faults) {
    return faults.stream().filter(fault -> isWanted(fault.name())).toList();
  }

  private boolean isWanted(String name) {
    return wanted.isEmpty() || wanted.contains(name);
  }

  /** Plays faults on one deployment, and on a new one after each that did not come to its end. */
  private void playOn(Kind kind, List<Fault> faults) throws IOException {
    Deque<Fault> left = new ArrayDeque<>(faults);
    boolean measures = kind == Kind.ONE_REDIS && (isWanted(IDLE) || isWanted(OVERLOAD));
    while (!left.isEmpty() || measures) {
      try (Stage stage = open(kind)) {
        boolean whole = true;
        while (whole && !left.isEmpty()) {
          whole = play(stage, left.remove());
        }
        if (whole) {
          measure(stage, measures);
          measures = false;
        }
      }
    }
  }

  private Stage open(Kind kind) throws IOException {
    Path logs = Files.createTempDirectory(Files.createDirectories(directory), "logs-");
    var book = new Book();
    var deployment = new Deployment(GATEWAYS, kind, clock, book, logs);
    print("deployment is ready after " + clock.now() / 1_000_000_000 + " s, logs in " + logs);
    var stage = new Stage(deployment, pace, clock, book, new SplittableRandom(seed), figures);
    print(stage.open());
    return stage;
  }

  private boolean play(Stage stage, Fault fault) {
    try {
      Tried<Act> tried =
          untilSteady(
              stage,
              fault.name(),
              () -> {
                Stage.Played played = stage.play(fault);
                List<Finding> findings = new ArrayList<>(Judge.judge(played.act()));
                findings.addAll(Figures.judge(played.act()));
                findings.addAll(played.notes());
                return new Result<>(played.act(), findings);
              });
      figures.take(tried.seen, tried.machine.isSteady());
      return true;
    } catch (RuntimeException | AssertionError e) {
      tell(List.of(Finding.promise(fault.name(), "comes to its end", false, e.toString())));
      return false;
    }
  }

  private void measure(Stage stage, boolean measures) {
    if (!measures) {
      return;
    }
    stage.quiesce();
    if (isWanted(OVERLOAD)) {
      untilSteady(
          stage,
          OVERLOAD,
          () -> new Result<>(1, new Overload(stage.deployment(), clock, figures).run()));
    }
    if (isWanted(IDLE)) {
      untilSteady(
          stage,
          IDLE,
          () -> new Result<>(1, ProcessorTime.idle(stage.deployment(), clock, figures)));
    }
  }

  /** What was seen, and what it says of the invariants. */
  private record Result<T>(T seen, List<Finding> findings) {
    List<Finding> broken() {
      return findings.stream().filter(Finding::isBroken).toList();
    }

    /** Whether something is broken, but nothing that must hold on any machine. */
    boolean isOfTime() {
      return !broken().isEmpty() && broken().stream().noneMatch(Judge::isSafety);
    }
  }

  private record Tried<T>(T seen, Stalls.Seen machine) {}

  /** Tells what comes of something, tried again where only a busy machine can be to blame. */
  private <T> Tried<T> untilSteady(Stage stage, String what, Supplier<Result<T>> work) {
    for (int times = 1; ; times++) {
      List<Long> processes = new ArrayList<>(List.of(ProcessHandle.current().pid()));
      stage.deployment().gateways().forEach(gateway -> processes.add(gateway.process().pid()));
      stalls.begin(processes);
      Result<T> result = work.get();
      Stalls.Seen machine = stalls.end(processes);
      if (times == TIMES_MAX || machine.isSteady() || !result.isOfTime()) {
        boolean isUnsure = result.isOfTime() && !machine.isSteady();
        tell(isUnsure ? result.findings.stream().map(Finding::unsure).toList() : result.findings);
        tell(List.of(Finding.promise(what, "the machine", true, machine.toString())));
        return new Tried<>(result.seen, machine);
      }
      result.broken().forEach(finding -> print(finding.line()));
      print(what + ": again, since the machine " + machine);
    }
  }

  private void tell(List<Finding> findings) {
    for (Finding finding : findings) {
      print(finding.line());
      if (finding.isMissed()) {
        missed.add(finding);
      }
      if (finding.isBroken()) {
        broken.add(finding);
      }
    }
  }

  private void print(String line) {
    out.println(line);
    report.append(line).append('\n');
  }
}
