package io.tollgate.fault;

import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Kills a gateway under load again and again, at random moments, and compares the ledger with what
 * clients were answered and with the upstream's own record. Each life has keys of its own, so that
 * a batch that is missing or there twice can't hide among the requests that were in flight.
 *
 * <p>Arguments: the directory to write to and the number of kills. The variable {@code METER_SEED}
 * repeats the choices of another run. Exits with 1 if a unit is lost or counted twice.
 */
final class KillRun {
  private static final String SEED = "METER_SEED";
  private static final String PEPPER = "the pepper of the kill run which is long enough to be one";
  private static final int KEYS_PER_LIFE = 4;
  private static final int LIFE_MILLIS_MAX = 2_500;
  private static final int START_MILLIS_MAX = 3_000;
  private static final double KILLED_WHILE_STARTING = 0.2;
  private static final double POSTGRES_FROZEN = 0.3;

  private final Path directory;
  private final int kills;
  private final long seed;
  private final PrintStream out;
  private final Stopwatch clock = new Stopwatch();
  private final SplittableRandom random;
  private final StringBuilder report = new StringBuilder();
  private final List<KillLoad> lives = new ArrayList<>();

  private KillRun(Path directory, int kills, long seed, PrintStream out) {
    this.directory = directory;
    this.kills = kills;
    this.seed = seed;
    this.out = out;
    random = new SplittableRandom(seed);
  }

  /** Takes what the class says. */
  public static void main(String[] arguments) throws IOException {
    String given = System.getenv(SEED);
    long seed = given == null ? System.nanoTime() : Long.parseLong(given);
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Path directory = Files.createDirectories(Path.of(arguments[0]));
    boolean good = new KillRun(directory, Integer.parseInt(arguments[1]), seed, out).play();
    System.exit(good ? 0 : 1);
  }

  private boolean play() throws IOException {
    print("seed " + seed + " (" + SEED + " repeats its choices)");
    Path logs = Files.createTempDirectory(directory, "logs-");
    boolean good;
    try (var postgres = TestPostgres.dedicated();
        var redis = TestRedis.start("--maxmemory-policy", "noeviction");
        var upstream = new CountingUpstream()) {
      int port = Ports.free();
      Map<String, String> environment = environment(postgres, redis, upstream);
      environment.put("TOLLGATE_EDGE_PORT", Integer.toString(port));
      int managementPort = Ports.free();
      environment.put("TOLLGATE_MANAGEMENT_PORT", Integer.toString(managementPort));
      try (var management = new TollgateProcess("management", "management", environment, logs);
          var gateway = new TollgateProcess("gateway", "edge", environment, logs)) {
        management.start();
        management.awaitReady();
        var calls = new ManagementCalls(managementPort, clock, new Book());
        live(postgres, gateway, port, calls);
        management.stop();
        good = judge(postgres, upstream);
      }
    }
    Files.writeString(directory.resolve("report.txt"), report);
    return good;
  }

  private static Map<String, String> environment(
      TestPostgres postgres, TestRedis redis, CountingUpstream upstream) {
    Map<String, String> environment = new HashMap<>();
    environment.put("TOLLGATE_PEPPER", PEPPER);
    environment.put("TOLLGATE_SECRET_KEY", ManagementCalls.SECRET_KEY);
    environment.put("TOLLGATE_REDIS_URL", "redis://127.0.0.1:" + redis.port());
    environment.put("TOLLGATE_POSTGRES_URL", postgres.url().reveal());
    environment.put("TOLLGATE_UPSTREAM", upstream.url());
    environment.put("TOLLGATE_SHUTDOWN_READY_DELAY", "0s");
    environment.put("TOLLGATE_GATEWAY_NAME", "killed");
    environment.put("TOLLGATE_EDGE_EVENT_LOOPS", "2");
    return environment;
  }

  private void live(
      TestPostgres postgres, TollgateProcess gateway, int port, ManagementCalls calls) {
    gateway.start();
    for (int kill = 1; kill <= kills; kill++) {
      List<IssuedKey> keys = new ArrayList<>();
      for (int key = 0; key < KEYS_PER_LIFE; key++) {
        keys.add(calls.issue());
      }
      try (var load = new KillLoad(port, keys, clock, random.split())) {
        lives.add(load);
        gateway.awaitReady();
        clock.pass(Duration.ofMillis(random.nextInt(LIFE_MILLIS_MAX)));
        kill(postgres, gateway);
      }
      gateway.start();
      if (random.nextDouble() < KILLED_WHILE_STARTING) {
        clock.pass(Duration.ofMillis(random.nextInt(START_MILLIS_MAX)));
        gateway.kill9();
        gateway.start();
      }
      if (kill % 10 == 0) {
        print(kill + " kills after " + clock.now() / 1_000_000_000 + " s");
      }
    }
    gateway.awaitReady();
    gateway.stop();
  }

  /** Kills it, sometimes while Postgres keeps it waiting for what it has been sent. */
  private void kill(TestPostgres postgres, TollgateProcess gateway) {
    if (random.nextDouble() < POSTGRES_FROZEN) {
      postgres.freeze();
      try {
        clock.pass(Duration.ofMillis(random.nextInt(400)));
        gateway.kill9();
      } finally {
        postgres.thaw();
      }
    } else {
      gateway.kill9();
    }
  }

  private boolean judge(TestPostgres postgres, CountingUpstream upstream) {
    Map<String, long[]> ledger = ledger(postgres);
    long answered = 0;
    long counted = 0;
    long came = 0;
    long lost = 0;
    long twice = 0;
    for (KillLoad life : lives) {
      for (IssuedKey key : life.keys()) {
        KillLoad.Got got = life.got(key);
        long[] row = ledger.getOrDefault(key.id(), new long[3]);
        long good = row[0];
        long unanswered = row[1];
        long verified = row[2];
        long seen = upstream.came(key.id());
        answered += got.answered.get() + got.broken.get();
        counted += good + unanswered;
        came += seen;
        lost += Math.max(0, got.answered.get() - good);
        lost += Math.max(0, got.broken.get() - unanswered);
        lost += Math.max(0, good + unanswered - verified);
        twice += Math.max(0, good + unanswered - seen);
        twice += Math.max(0, verified - got.sent.get());
      }
    }
    print(kills + " kills in " + clock.now() / 1_000_000_000 + " s, " + lives.size() + " lives");
    print(
        "answered to clients "
            + answered
            + ", in the ledger "
            + counted
            + ", at the upstream "
            + came);
    print("in flight at a kill " + (came - answered) + ", at most " + KillLoad.CLIENTS + " each");
    print("lost " + lost + ", counted twice " + twice);
    boolean whole = isWhole(postgres);
    boolean bounded = came - answered <= (long) kills * KillLoad.CLIENTS && answered > 0;
    boolean good = lost == 0 && twice == 0 && whole && bounded;
    print((good ? "good" : "BROKEN") + ", seed " + seed);
    return good;
  }

  /** Returns for each key what was answered well, what was not answered, and what was verified. */
  private static Map<String, long[]> ledger(TestPostgres postgres) {
    Map<String, long[]> ledger = new HashMap<>();
    try (Connection connection = postgres.connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT key_id, sum(status_2xx), sum(unanswered), sum(verified)"
                    + " FROM tollgate.usage_hour GROUP BY key_id")) {
      while (rows.next()) {
        ledger.put(
            rows.getString(1), new long[] {rows.getLong(2), rows.getLong(3), rows.getLong(4)});
      }
      return ledger;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether batches and ledger add up, and no batch is missing of any process. */
  private boolean isWhole(TestPostgres postgres) {
    String drift =
        postgres.query(
            "SELECT (SELECT sum(units) FROM tollgate.meter_batch) - sum(verified + refused"
                + " + status_1xx + status_2xx + status_3xx + status_4xx + status_5xx + unanswered)"
                + " FROM tollgate.usage_hour");
    String holes =
        postgres.query(
            "SELECT sum(b.last_sequence - (SELECT count(*) FROM tollgate.meter_batch m"
                + " WHERE m.instance = b.instance AND m.boot = b.boot))"
                + " FROM tollgate.meter_boot b");
    String open =
        postgres.query("SELECT count(*) FROM tollgate.meter_boot WHERE last_sequence IS NULL");
    String boots = postgres.query("SELECT count(*) FROM tollgate.meter_boot");
    String batches = postgres.query("SELECT count(*) FROM tollgate.meter_batch");
    print(
        "%s batches of %s processes: drift %s, holes %s, processes without an end %s"
            .formatted(batches, boots, drift, holes, open));
    return drift.equals("0") && holes.equals("0") && open.equals("0");
  }

  private void print(String line) {
    out.println(line);
    report.append(line).append('\n');
  }
}
