package io.tollgate.fault;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Breaks a deployment in every way that we promise to survive, a line per fault and invariant, and
 * ends with 1 if one is broken.
 *
 * <p>Arguments: the directory to write to, {@code short} or {@code long}, and the faults to play,
 * all if none is named. The variable {@code FAULTS_SEED} repeats the choices of another run.
 */
final class FaultRun {
  private static final int GATEWAYS = 3;

  /** A gateway's bound: who sleeps longer can't know what is true. */
  private static final Duration STALL_MAX = Duration.ofMillis(100);

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
  private Duration stalled = Duration.ZERO;
  private final List<Finding> broken = new ArrayList<>();
  private final StringBuilder report = new StringBuilder();

  private FaultRun(Path directory, Pace pace, List<String> wanted, long seed, PrintStream out) {
    this.directory = directory;
    this.pace = pace;
    this.wanted = wanted;
    this.seed = seed;
    this.out = out;
  }

  public static void main(String[] arguments) throws IOException {
    boolean isLong = arguments.length > 1 && arguments[1].equals("long");
    List<String> wanted =
        List.of(arguments).subList(Math.min(2, arguments.length), arguments.length);
    String given = System.getenv(SEED);
    long seed = given == null ? System.nanoTime() : Long.parseLong(given);
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var run =
        new FaultRun(Path.of(arguments[0]), isLong ? Pace.LONG : Pace.SHORT, wanted, seed, out);
    boolean good = run.play();
    System.exit(good ? 0 : 1);
  }

  private boolean play() throws IOException {
    print("seed " + seed + " (" + SEED + " repeats its choices)");
    for (int round = 1; round <= pace.rounds(); round++) {
      playOn(false, chosen(ofOneRedis(round)));
      playOn(true, chosen(FailoverFaults.all()));
    }
    print("");
    tell(List.of(figures.revocations()));
    print("");
    figures.table().forEach(this::print);
    print("");
    broken.forEach(finding -> print("BROKEN " + finding.line()));
    long seconds = clock.now() / 1_000_000_000;
    print(broken.size() + " broken, " + seconds + " s, seed " + seed);
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
    if (pace.rounds() > 1) {
      Collections.shuffle(faults, new Random(seed + round));
    }
    faults.addAll(RestoreFaults.all());
    return faults;
  }

  private List<Fault> chosen(List<Fault> faults) {
    return faults.stream().filter(fault -> isWanted(fault.name())).toList();
  }

  private boolean isWanted(String name) {
    return wanted.isEmpty() || wanted.contains(name);
  }

  /** Plays faults on one deployment, and on a new one after each that did not come to its end. */
  private void playOn(boolean failsOver, List<Fault> faults) throws IOException {
    Deque<Fault> left = new ArrayDeque<>(faults);
    boolean measures = !failsOver && (isWanted(IDLE) || isWanted(OVERLOAD));
    while (!left.isEmpty() || measures) {
      try (Stage stage = open(failsOver)) {
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

  private Stage open(boolean failsOver) throws IOException {
    Path logs = Files.createTempDirectory(Files.createDirectories(directory), "logs-");
    var book = new Book();
    var deployment = new Deployment(GATEWAYS, failsOver, clock, book, logs);
    print("deployment is ready after " + clock.now() / 1_000_000_000 + " s, logs in " + logs);
    var stage = new Stage(deployment, pace, clock, book, new SplittableRandom(seed), figures);
    stage.open();
    return stage;
  }

  private boolean play(Stage stage, Fault fault) {
    try {
      stalls.worst();
      Stage.Played played = stage.play(fault);
      List<Finding> findings = findings(played);
      for (int times = 1; times < TIMES_MAX && isInDoubt(findings); times++) {
        findings.stream().filter(finding -> !finding.holds()).forEach(this::print);
        print(fault.name() + ": again, the machine stood still for " + stalled.toMillis() + " ms");
        played = stage.play(fault);
        findings = findings(played);
      }
      figures.take(played.act());
      tell(findings);
      return true;
    } catch (RuntimeException | AssertionError e) {
      tell(List.of(new Finding(fault.name(), "comes to its end", false, e.toString())));
      return false;
    }
  }

  private static List<Finding> findings(Stage.Played played) {
    List<Finding> findings = new ArrayList<>(Judge.judge(played.act()));
    findings.addAll(Figures.judge(played.act()));
    findings.addAll(played.notes());
    return findings;
  }

  /** Whether something is broken that a machine that stands still breaks by itself. */
  private boolean isInDoubt(List<Finding> findings) {
    stalled = stalls.worst();
    List<Finding> wrong = findings.stream().filter(finding -> !finding.holds()).toList();
    return !wrong.isEmpty()
        && wrong.stream().noneMatch(Judge::isSafety)
        && stalled.compareTo(STALL_MAX) > 0;
  }

  private void measure(Stage stage, boolean measures) {
    if (!measures) {
      return;
    }
    stage.quiesce();
    if (isWanted(OVERLOAD)) {
      tell(new Overload(stage.deployment(), clock, figures).run());
    }
    if (isWanted(IDLE)) {
      tell(List.of(ProcessorTime.idle(stage.deployment(), clock, figures)));
    }
  }

  private void tell(List<Finding> findings) {
    for (Finding finding : findings) {
      print(finding);
      if (!finding.holds()) {
        broken.add(finding);
      }
    }
  }

  private void print(Finding finding) {
    print(finding.line());
  }

  private void print(String line) {
    out.println(line);
    report.append(line).append('\n');
  }
}
