package io.tollgate.edge;

import io.tollgate.edge.MoodyUpstream.Mood;
import io.tollgate.edge.PacedClient.Asked;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.Destination;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.TargetConfig;
import io.tollgate.proxy.UpstreamProtocol;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One of three targets fails under load in each way there is: what the clients see of it. Prints a
 * line for each; exit code 1 if a promise is broken. Run by {@code .ci/targets}.
 */
final class FailingTargetRun {
  private static final int CLIENTS = 16;
  private static final Duration DEADLINE = Duration.ofSeconds(1);
  private static final double LATE_MILLIS_MAX = 50;
  private static final Duration WARM_UP = Duration.ofSeconds(4);
  private static final Duration ACT_MAX = Duration.ofSeconds(4);

  /** What is out of use gets nothing: little happens after that. */
  private static final Duration AFTER_OUT = Duration.ofMillis(1_500);

  private static final Duration BACK_MAX = Duration.ofSeconds(15);

  private record Stores(TestPostgres postgres, TestRedis redis) {}

  private final String name;
  private final MoodyTarget first;
  private final MoodyTarget failing;
  private final MoodyTarget third;
  private final RunningGateway edge;
  private final List<PacedClient> clients = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<String> broken = new ArrayList<>();
  private volatile Queue<Asked> book = new ConcurrentLinkedQueue<>();

  private FailingTargetRun(
      String name, UpstreamProtocol protocol, Supplier<MoodyTarget> maker, Stores stores) {
    this.name = name;
    first = maker.get();
    failing = maker.get();
    third = maker.get();
    TestPostgres postgres = stores.postgres();
    TestRedis redis = stores.redis();
    Secret key = new StoredKeys(postgres, redis).everywhere();
    List<URI> urls =
        Stream.of(first, failing, third).map(target -> URI.create(target.url())).toList();
    Route route = Route.to("/", first.url()).to(new Destination(urls, "", protocol));
    edge = new RunningGateway(postgres, redis, proxy(), LimitConfig.UNLIMITED, route);
    for (int i = 0; i < CLIENTS; i++) {
      var client = new PacedClient(edge.gateway.port(), i, key, asked -> book.add(asked));
      clients.add(client);
      threads.add(Thread.startVirtualThread(client::run));
    }
  }

  /** The defaults, but for the deadline that is measured and for times that must fit in here. */
  private static ProxyConfig proxy() {
    ProxyConfig bounds = ProxyConfig.DEFAULTS;
    return new ProxyConfig(
            bounds.connectTimeout(),
            bounds.responseTimeout(),
            bounds.idleTimeout(),
            DEADLINE,
            bounds.connectionsMax(),
            bounds.queueMax(),
            bounds.headerBytesMax(),
            bounds.headerCountMax())
        .with(
            new TargetSettings()
                .ejection(TargetConfig.DEFAULTS.ejection())
                .slowStart(Duration.ofSeconds(2))
                .config());
  }

  public static void main(String[] arguments) throws Exception {
    try (TestPostgres postgres = TestPostgres.database();
        TestRedis redis = TestRedis.start()) {
      var stores = new Stores(postgres, redis);
      List<String> broken = new ArrayList<>();
      var run = new FailingTargetRun("", UpstreamProtocol.HTTP1, MoodyUpstream::new, stores);
      printTitles();
      broken.addAll(run.play(WARM_UP, Mood.values()));
      var http2 =
          new FailingTargetRun("h2 ", UpstreamProtocol.HTTP2, MoodyHttp2Upstream::new, stores);
      broken.addAll(http2.play(WARM_UP.dividedBy(2), Mood.RESETTING, Mood.FROZEN));
      broken.forEach(promise -> System.out.println("BROKEN: " + promise));
      System.exit(broken.isEmpty() ? 0 : 1);
    }
  }

  /** Plays each mood when the JVM is warm, and returns the promises that were broken. */
  private List<String> play(Duration warmUp, Mood... moods) throws InterruptedException {
    pass(warmUp);
    for (Mood mood : moods) {
      act(mood);
    }
    close();
    return broken;
  }

  private static void printTitles() {
    System.out.printf(
        "%-16s %8s %6s %5s %5s %4s %8s %11s %9s %7s %10s%n",
        "the second is",
        "requests",
        "200",
        "502/3",
        "504",
        "cut",
        "by it",
        "others' p99",
        "latest",
        "doubles",
        "out after");
  }

  private void act(Mood mood) {
    book = new ConcurrentLinkedQueue<>();
    failing.be(mood);
    long startNanos = System.nanoTime();
    long outNanos = -1;
    long actNanos = ACT_MAX.toNanos();
    while (System.nanoTime() - startNanos < actNanos) {
      pass(Duration.ofMillis(5));
      if (outNanos < 0 && !isInUse()) {
        outNanos = System.nanoTime() - startNanos;
        actNanos = Math.min(actNanos, outNanos + AFTER_OUT.toNanos());
      }
    }
    List<Asked> asked = List.copyOf(book);
    failing.be(Mood.WELL);
    while (!isInUse()) {
      pass(Duration.ofMillis(5));
      if (System.nanoTime() - startNanos > ACT_MAX.plus(BACK_MAX).toNanos()) {
        broken.add("after " + name + mood + " the target was not taken back");
        break;
      }
    }
    pass(DEADLINE);
    // What was under way has ended by now, and is judged with the rest.
    List<Asked> ended = List.copyOf(book);
    print(mood, asked, outNanos);
    judge(mood, ended, latestMillis(ended) - DEADLINE.toMillis());
    judgeAfter(mood);
  }

  /** Whatever begins once the target is back, and all of before have ended, is answered. */
  private void judgeAfter(Mood mood) {
    book = new ConcurrentLinkedQueue<>();
    pass(DEADLINE.dividedBy(2));
    List<Asked> after = List.copyOf(book);
    long unanswered = count(after, each -> each.status() != 200);
    if (after.isEmpty() || unanswered > 0) {
      broken.add(
          "%s%s: %d of %d were not answered when it was over"
              .formatted(name, mood, unanswered, after.size()));
    }
  }

  private static void pass(Duration time) {
    long until = System.nanoTime() + time.toNanos();
    while (until - System.nanoTime() > 0) {
      LockSupport.parkNanos(until - System.nanoTime());
    }
  }

  private boolean isInUse() {
    return edge.gateway.targets().stream()
        .map(JsonObject.class::cast)
        .filter(each -> each.getString("target").equals(failing.place()))
        .allMatch(each -> each.getString("state").equals("in use"));
  }

  private void print(Mood mood, List<Asked> asked, long outNanos) {
    String byIt =
        "%.1f %%"
            .formatted(
                100.0 * count(asked, each -> isBy(each, failing)) / Math.max(1, asked.size()));
    System.out.printf(
        "%-16s %8d %6d %5d %5d %4d %8s %8.1f ms %6.0f ms %7d %10s%n",
        name + mood.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
        asked.size(),
        count(asked, each -> each.status() == 200),
        count(asked, each -> each.status() == 502 || each.status() == 503),
        count(asked, each -> each.status() == 504),
        count(asked, each -> each.status() == PacedClient.CUT),
        byIt,
        p99(asked),
        latestMillis(asked),
        doublePosts(),
        outNanos < 0 ? "never" : outNanos / 1_000_000 + " ms");
  }

  private static double latestMillis(List<Asked> asked) {
    return asked.stream().mapToLong(Asked::nanos).max().orElse(0) / 1e6;
  }

  private void judge(Mood mood, List<Asked> asked, double late) {
    if (late > LATE_MILLIS_MAX) {
      broken.add("%s%s: a request took %.0f ms above its deadline".formatted(name, mood, late));
    }
    if (doublePosts() > 0) {
      broken.add(name + mood + ": a POST was sent twice");
    }
    long harmed = count(asked, this::isHarmed);
    if (harmed > 0) {
      broken.add(
          name
              + mood
              + ": "
              + harmed
              + " requests that other targets had were not answered by them");
    }
  }

  /** Another target has had the request, and the client did not get its answer. */
  private boolean isHarmed(Asked asked) {
    boolean others =
        first.seen().containsKey(asked.path()) || third.seen().containsKey(asked.path());
    return others && asked.status() != 200;
  }

  private static boolean isBy(Asked asked, MoodyTarget target) {
    return asked.place().equals(target.place());
  }

  private double p99(List<Asked> asked) {
    long[] nanos =
        asked.stream()
            .filter(each -> isBy(each, first) || isBy(each, third))
            .mapToLong(Asked::nanos)
            .sorted()
            .toArray();
    return nanos.length == 0 ? 0 : nanos[nanos.length * 99 / 100] / 1e6;
  }

  private static long count(List<Asked> asked, Predicate<Asked> which) {
    return asked.stream().filter(which).count();
  }

  private long doublePosts() {
    return Stream.of(first, failing, third)
        .flatMap(target -> target.seen().keySet().stream())
        .filter(path -> path.startsWith("/post/"))
        .distinct()
        .filter(path -> times(path) > 1)
        .count();
  }

  private int times(String path) {
    return Stream.of(first, failing, third)
        .map(target -> target.seen().get(path))
        .mapToInt(times -> times == null ? 0 : times.get())
        .sum();
  }

  private void close() throws InterruptedException {
    clients.forEach(PacedClient::stop);
    for (Thread thread : threads) {
      thread.join();
    }
    edge.close();
    Stream.of(first, failing, third).forEach(MoodyTarget::close);
  }
}
