package io.tollgate.fault;

import io.tollgate.store.Awaiting;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;

/** A deployment with its clients: keys issued, load running. Faults are played on it in turn. */
final class Stage implements Closeable {
  private static final Duration SETTLED = Duration.ofSeconds(3);
  private static final int WARM = 60;
  private static final int DOOMED_MIN = 45;
  private static final int COLD_MIN = 50;
  private static final int ISSUED_AT_ONCE = 8;

  private final Deployment deployment;
  private final Pace pace;
  private final Stopwatch clock;
  private final Book book;
  private final List<GatewayDoor> doors;
  private final KeyPools keys;
  private final Load load;
  private final Revoker revoker;
  private final Figures figures;

  Stage(
      Deployment deployment,
      Pace pace,
      Stopwatch clock,
      Book book,
      RandomGenerator random,
      Figures figures) {
    this.deployment = deployment;
    this.pace = pace;
    this.clock = clock;
    this.book = book;
    this.figures = figures;
    doors = deployment.gateways().stream().map(GatewayMember::door).toList();
    keys = new KeyPools(doors.size());
    load = new Load(doors, keys, clock, random);
    revoker = new Revoker(doors, keys, deployment.calls(), clock);
  }

  /** Issues the first keys and lets the clients begin; returns how hard they press. */
  String open() {
    List<IssuedKey> first = issue(WARM);
    use(first);
    keys.addWarm(first);
    supply();
    int most = new Capacity(doors, first, clock, book).perSecond();
    int usesPerSecond = Math.max(1, most * pace.loadPercent() / 100);
    keys.useAt(usesPerSecond);
    load.start(usesPerSecond);
    revoker.start();
    clock.pass(SETTLED);
    return "%d uses a second, %d %% of %d".formatted(usesPerSecond, pace.loadPercent(), most);
  }

  Deployment deployment() {
    return deployment;
  }

  Pace pace() {
    return pace;
  }

  Stopwatch clock() {
    return clock;
  }

  Book book() {
    return book;
  }

  KeyPools keys() {
    return keys;
  }

  Revoker revoker() {
    return revoker;
  }

  Figures figures() {
    return figures;
  }

  /** What came of a fault: what the clients saw, and what was found beside. */
  record Played(Act act, List<Finding> notes) {}

  /** Plays one fault. */
  Played play(Fault fault) {
    supply();
    List<IssuedKey> streamed = issue(2);
    book.clear();
    var scene = new Scene(fault, this, streamed.get(0), streamed.get(1));
    try {
      scene.quiet();
      fault.play().on(scene);
      return new Played(scene.end(), scene.notes());
    } finally {
      scene.close();
    }
  }

  /** Sees to it that there are keys enough for one act. */
  private void supply() {
    int doomed = Math.max(0, enough(DOOMED_MIN) - keys.doomedLeft());
    List<IssuedKey> toBeRevoked = issue(doomed);
    use(toBeRevoked);
    keys.addDoomed(toBeRevoked);
    keys.addCold(issue(Math.max(0, enough(COLD_MIN) - keys.coldLeft())));
    Awaiting.until("every key is projected", this::isProjected);
  }

  /** More where acts last longer. */
  private int enough(int inShort) {
    return Math.toIntExact(inShort * pace.hold().toMillis() / Pace.SHORT.hold().toMillis());
  }

  private boolean isProjected() throws Exception {
    return deployment.management().process().scrape().sum("tollgate_projector_lag") == 0;
  }

  private List<IssuedKey> issue(int count) {
    return atOnce(count, ordinal -> deployment.calls().issue());
  }

  /** Shows keys to every gateway for the first time. */
  private void use(List<IssuedKey> unseen) {
    atOnce(
        unseen.size(),
        ordinal -> {
          IssuedKey key = unseen.get(ordinal);
          deployment.gateways().forEach(gateway -> gateway.door().use(key, true, clock.now()));
          return key;
        });
  }

  private static List<IssuedKey> atOnce(int count, OneOfMany task) {
    try (ExecutorService threads = Executors.newFixedThreadPool(ISSUED_AT_ONCE)) {
      List<Future<IssuedKey>> begun = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int ordinal = i;
        begun.add(threads.submit(() -> task.run(ordinal)));
      }
      List<IssuedKey> done = new ArrayList<>();
      for (Future<IssuedKey> one : begun) {
        done.add(one.get());
      }
      return done;
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private interface OneOfMany {
    IssuedKey run(int ordinal);
  }

  /** Lets the clients go. */
  void quiesce() {
    load.close();
    revoker.close();
  }

  @Override
  public void close() {
    quiesce();
    deployment.close();
  }
}
