package io.tollgate.fault;

import io.tollgate.store.Awaiting;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Stores, gateways, management and the API behind, each a process of its own, all on loopback. */
final class Deployment implements Closeable {
  private static final String PEPPER = "the pepper of the fault run which is long enough";

  private final Kind kind;
  private final Path logs;
  private final @Nullable Replica replica;
  private final Stopwatch clock;
  private final Book book;
  private final TestPostgres postgres;
  private final TestRedis redis;
  private final SteadyUpstream upstream = new SteadyUpstream();
  private final List<GatewayMember> gateways = new ArrayList<>();
  private final ManagementMember management;
  private final ManagementCalls calls;

  /**
   * Starts everything and returns when all of it is ready.
   *
   * @param kind how all of it is set up
   */
  Deployment(int gatewayCount, Kind kind, Stopwatch clock, Book book, Path logs) {
    this.kind = kind;
    this.clock = clock;
    this.book = book;
    this.logs = logs;
    postgres = TestPostgres.dedicated();
    redis = TestRedis.start("--maxmemory-policy", "noeviction");
    replica = kind == Kind.FAILS_OVER ? new Replica(redis) : null;
    management = management("management");
    calls = new ManagementCalls(management.port(), clock, book);
    try {
      management.process().start();
      for (int number = 0; number < gatewayCount; number++) {
        gateways.add(gateway(number, "gateway-" + (number + 1), Map.of()));
        gateways.get(number).process().start();
      }
      management.process().awaitReady();
      gateways.forEach(gateway -> gateway.process().awaitReady());
      Awaiting.until("every gateway believes Redis", this::isWhole);
    } catch (RuntimeException | AssertionError e) {
      close();
      throw e;
    }
  }

  private Map<String, String> environment(StorePath toRedis, StorePath toPostgres) {
    Map<String, String> environment = new HashMap<>();
    environment.put("TOLLGATE_PEPPER", PEPPER);
    environment.put("TOLLGATE_SECRET_KEY", ManagementCalls.SECRET_KEY);
    environment.put("TOLLGATE_REDIS_URL", "redis://127.0.0.1:" + toRedis.port());
    environment.put("TOLLGATE_POSTGRES_URL", postgres.urlAt(toPostgres.port()));
    environment.put("TOLLGATE_UPSTREAM", upstream.url());
    environment.put("TOLLGATE_SHUTDOWN_READY_DELAY", "0s");
    environment.putAll(kind.settings());
    return environment;
  }

  /** Prepares a management, which is the caller's to start and to end. */
  ManagementMember management(String name) {
    var toRedis = new StorePath(redis.port());
    var toPostgres = new StorePath(postgres.port());
    int port = Ports.free();
    Map<String, String> environment = environment(toRedis, toPostgres);
    environment.put("TOLLGATE_MANAGEMENT_PORT", Integer.toString(port));
    var process = new TollgateProcess(name, "management", environment, logs);
    return new ManagementMember(process, toRedis, toPostgres, port);
  }

  /** Prepares one more gateway, which is the caller's to start and to end. */
  GatewayMember gateway(int number, String name, Map<String, String> more) {
    var toRedis = new StorePath(redis.port());
    var toPostgres = new StorePath(postgres.port());
    int port = Ports.free();
    Map<String, String> environment = environment(toRedis, toPostgres);
    environment.put("TOLLGATE_EDGE_PORT", Integer.toString(port));
    environment.put("TOLLGATE_GATEWAY_NAME", name);
    // All clients come from one address here, and some of them wait long.
    environment.put("TOLLGATE_EDGE_CONNECTIONS_PER_ADDRESS_MAX", "10000");
    environment.put("TOLLGATE_EDGE_IDLE_TIMEOUT", "10m");
    environment.putAll(more);
    var process = new TollgateProcess(name, "edge", environment, logs);
    var door = new GatewayDoor(number, port, clock, book);
    return new GatewayMember(number, process, toRedis, toPostgres, door, port);
  }

  TestPostgres postgres() {
    return postgres;
  }

  TestRedis redis() {
    return redis;
  }

  Replica replica() {
    return Objects.requireNonNull(replica, "this deployment has one Redis");
  }

  List<GatewayMember> gateways() {
    return gateways;
  }

  GatewayMember gateway(int number) {
    return gateways.get(number);
  }

  ManagementMember management() {
    return management;
  }

  ManagementCalls calls() {
    return calls;
  }

  /** Returns every way to Redis. */
  List<StorePath> redisPaths() {
    List<StorePath> paths = new ArrayList<>(List.of(management.redis()));
    gateways.forEach(gateway -> paths.add(gateway.redis()));
    return paths;
  }

  /** Returns every way to Postgres. */
  List<StorePath> postgresPaths() {
    List<StorePath> paths = new ArrayList<>(List.of(management.postgres()));
    gateways.forEach(gateway -> paths.add(gateway.postgres()));
    return paths;
  }

  /** Runs a command of the launcher, as an operator does, which must end well. */
  void run(String command) {
    var process =
        new TollgateProcess(
            command, command, environment(management.redis(), management.postgres()), logs);
    process.start();
    process.awaitEnd();
  }

  /** Writes down what the processes say of themselves, for whoever looks into a finding. */
  void keepMetrics(String fault) {
    List<TollgateProcess> processes = new ArrayList<>(List.of(management.process()));
    gateways.forEach(gateway -> processes.add(gateway.process()));
    for (TollgateProcess process : processes) {
      try {
        Path kept = logs.resolve(fault + '.' + process.name() + ".metrics");
        Files.writeString(kept, process.scrape().text());
      } catch (IOException e) {
        // Who is frozen or dead says nothing.
      }
    }
  }

  /** Whether every process is ready and every gateway believes both stores. */
  boolean isWhole() {
    return management.process().isReady() && gateways.stream().allMatch(GatewayMember::isWhole);
  }

  @Override
  public void close() {
    gateways.forEach(GatewayMember::close);
    management.close();
    upstream.close();
    if (replica != null) {
      replica.close();
    }
    redis.close();
    postgres.close();
  }
}
