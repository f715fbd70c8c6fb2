package io.tollgate.management;

import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyFormat;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.billing.BillingEndpoints;
import io.tollgate.management.billing.BillingWorker;
import io.tollgate.management.connection.Connections;
import io.tollgate.management.directory.DirectoryRouter;
import io.tollgate.management.instance.AuditEndpoint;
import io.tollgate.management.instance.KeySwitchEndpoint;
import io.tollgate.management.instance.SecretKeyEndpoint;
import io.tollgate.management.key.ImportEndpoint;
import io.tollgate.management.key.KeyEndpoint;
import io.tollgate.management.key.RevocationBarrier;
import io.tollgate.management.key.SecretRecovery;
import io.tollgate.management.key.StoresEvidence;
import io.tollgate.management.key.VerificationMeter;
import io.tollgate.management.openapi.ReferencePage;
import io.tollgate.management.plan.DueChanges;
import io.tollgate.management.plan.PlanEndpoints;
import io.tollgate.management.projector.Projector;
import io.tollgate.management.role.DirectoryEndpoints;
import io.tollgate.management.wire.Authentication;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.meter.MeterVerticle;
import io.tollgate.ring.Verifier;
import io.tollgate.ring.VerifierVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A running management service. Safe for all threads. */
public final class Management {
  /** How long Postgres may take to answer at the start. Redis is not waited for. */
  static final Duration START_DEADLINE = Duration.ofSeconds(10);

  private static final long METER_TICK_MILLIS = 100;
  private static final Duration ASK_AGAIN = Duration.ofMillis(250);
  private static final DeploymentOptions DIRECT_STYLE =
      new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);

  /** Verifications are answered on them, all else waits on virtual threads. */
  private static final int LOOPS = Math.min(4, Runtime.getRuntime().availableProcessors());

  private static final DeploymentOptions ON_LOOPS = new DeploymentOptions().setInstances(LOOPS);

  private final Vertx vertx;
  private final Parts parts;
  private final Endpoints endpoints;
  private final int port;
  private final List<String> deployed;
  private @Nullable Future<Void> stopped;

  private Management(
      Vertx vertx, Parts parts, Endpoints endpoints, int port, List<String> deployed) {
    this.vertx = vertx;
    this.parts = parts;
    this.endpoints = endpoints;
    this.port = port;
    this.deployed = List.copyOf(deployed);
  }

  /**
   * Starts the service; the schema must stand already.
   *
   * @return failed with an {@link IllegalStateException} whose message is one sentence for the
   *     operator where it can't start
   */
  public static Future<Management> start(
      Vertx vertx, ManagementConfig config, MeterRegistry metrics) {
    return onVirtualThread(
        () -> {
          var transactions = new Transactions(vertx, config.postgres(), config.connectionsMax());
          try {
            awaitSchema(vertx, transactions);
            return assemble(vertx, config, metrics, transactions);
          } catch (RuntimeException e) {
            transactions.close();
            throw e;
          }
        });
  }

  private static void awaitSchema(Vertx vertx, Transactions transactions) {
    long startNanos = System.nanoTime();
    while (true) {
      Duration left = START_DEADLINE.minusNanos(System.nanoTime() - startNanos);
      try {
        transactions.probe().timeout(Math.max(1, left.toMillis()), TimeUnit.MILLISECONDS).await();
        return;
      } catch (IllegalStateException misfit) {
        throw misfit;
      } catch (Error e) {
        throw e;
      } catch (Throwable failure) {
        if (failure instanceof PgException refusal && !passes(refusal)) {
          throw new IllegalStateException(
              "Postgres refuses management's log-in or question, see postgres.url: "
                  + refusal.getErrorMessage(),
              refusal);
        }
        if (left.compareTo(ASK_AGAIN) <= 0) {
          throw new IllegalStateException(
              "Postgres gave no answer within "
                  + START_DEADLINE.toSeconds()
                  + " seconds, see postgres.url",
              failure);
        }
      }
      vertx.timer(ASK_AGAIN.toMillis(), TimeUnit.MILLISECONDS).await();
    }
  }

  /** Returns whether the refusal passes by itself: Postgres is starting, stopping, or crowded. */
  private static boolean passes(PgException refusal) {
    return refusal.getSqlState().startsWith("57") || refusal.getSqlState().startsWith("53");
  }

  private static Projector projector(
      ManagementConfig config, SecureRandom random, MeterRegistry metrics) {
    return new Projector(
        config.postgres(), config.redis(), config.fence(), config.pepper(), random, metrics);
  }

  /** Deploys what works without anybody asking; what has come up is on the list. */
  private static void deployWorkers(
      Vertx vertx, ManagementConfig config, Transactions transactions, List<String> deployed) {
    deployed.add(vertx.deployVerticle(new DueChanges(transactions), DIRECT_STYLE).await());
    var billing = new BillingWorker(transactions, config.billing());
    deployed.add(vertx.deployVerticle(billing, DIRECT_STYLE).await());
  }

  private static VerificationMeter deployMeter(
      Vertx vertx,
      ManagementConfig config,
      VerifierVerticle verifying,
      MeterRegistry metrics,
      List<String> deployed) {
    var metering = metering(config, verifying.verifier(), metrics);
    deployed.add(vertx.deployVerticle(metering).await());
    return verificationMeter(vertx, metering);
  }

  private static Management assemble(
      Vertx vertx, ManagementConfig config, MeterRegistry metrics, Transactions transactions) {
    var random = new SecureRandom();
    Projector projector = projector(config, random, metrics);
    var verifying = new VerifierVerticle(config.verifier(), "management", metrics);
    List<String> deployed = new ArrayList<>();
    try {
      deployed.add(vertx.deployVerticle(verifying).await());
      deployed.add(vertx.deployVerticle(projector, DIRECT_STYLE).await());
      VerificationMeter meter = deployMeter(vertx, config, verifying, metrics, deployed);
      deployWorkers(vertx, config, transactions, deployed);
      var actualPort = new AtomicInteger(config.port());
      Supplier<String> url = () -> config.connections().url(config.host(), actualPort.get());
      var connections =
          new Connections(
              transactions, config.pepper(), config.connections(), url, random, metrics);
      deployed.add(vertx.deployVerticle(connections.worker(), DIRECT_STYLE).await());
      RevocationBarrier barrier = barrier(vertx, config, projector, transactions);
      var parts =
          new Parts(
              transactions, projector, verifying.verifier(), meter, random, connections, barrier);
      var endpoints = endpoints(vertx, config, metrics, parts);
      var directories = directories(vertx, config, metrics, parts, url);
      List<ManagementVerticle> listeners = new CopyOnWriteArrayList<>();
      var another = listener(config, endpoints, directories, listeners);
      deployed.add(vertx.deployVerticle(another, ON_LOOPS).await());
      actualPort.set(listeners.getFirst().port());
      return new Management(vertx, parts, endpoints, actualPort.get(), deployed.reversed());
    } catch (RuntimeException e) {
      deployed.reversed().forEach(id -> vertx.undeploy(id).await());
      throw e;
    }
  }

  /** What endpoints are made of. */
  private record Parts(
      Transactions transactions,
      Projector projector,
      Verifier verifier,
      VerificationMeter meter,
      SecureRandom random,
      Connections connections,
      RevocationBarrier barrier) {}

  private static DirectoryRouter directories(
      Vertx vertx,
      ManagementConfig config,
      MeterRegistry metrics,
      Parts parts,
      Supplier<String> url) {
    return DirectoryRouter.of(
        vertx,
        parts.transactions,
        parts.barrier,
        parts.connections,
        url,
        parts.random,
        config.connectionsMax(),
        metrics);
  }

  private static RevocationBarrier barrier(
      Vertx vertx, ManagementConfig config, Projector projector, Transactions transactions) {
    var evidence = new StoresEvidence(vertx, projector, transactions);
    return new RevocationBarrier(evidence, config.fence());
  }

  /** Makes one more listener whenever it is asked, and adds it to the list. */
  private static Supplier<ManagementVerticle> listener(
      ManagementConfig config,
      Endpoints endpoints,
      DirectoryRouter directories,
      List<ManagementVerticle> listeners) {
    var open = new AtomicInteger();
    return () -> {
      var clients =
          new ClientConnections(open, config.clientsMax(), ClientConnections.WITHOUT_REQUEST_MAX);
      var listener =
          new ManagementVerticle(config.host(), config.port(), endpoints, directories, clients);
      listeners.add(listener);
      return listener;
    };
  }

  private static VerificationMeter verificationMeter(Vertx vertx, MeterVerticle metering) {
    var meter = new VerificationMeter(metering.meter().loop());
    vertx.setPeriodic(METER_TICK_MILLIS, due -> meter.tick());
    return meter;
  }

  private static MeterVerticle metering(
      ManagementConfig config, Verifier verifier, MeterRegistry metrics) {
    return new MeterVerticle(
        config.meter(),
        config.postgres(),
        1,
        config.name(),
        verifier::storeMillis,
        "management",
        metrics);
  }

  private static Endpoints endpoints(
      Vertx vertx, ManagementConfig config, MeterRegistry metrics, Parts parts) {
    RevocationBarrier barrier = parts.barrier;
    var secretKeys = KeyFormat.ofSecretKeys(config.pepper());
    var door = new Authentication(config.secretKey(), secretKeys, parts.verifier);
    var endpoints = new Endpoints(vertx, door, config.bodyBytesMax(), parts.random, metrics);
    new SecretKeyEndpoint(parts.transactions, secretKeys, barrier, parts.random).enter(endpoints);
    new KeySwitchEndpoint(parts.transactions, barrier).enter(endpoints);
    new AuditEndpoint(parts.transactions).enter(endpoints);
    new BillingEndpoints(parts.transactions).enter(endpoints);
    new DirectoryEndpoints(parts.transactions, barrier, parts.random).enter(endpoints);
    parts.connections.enter(endpoints, barrier);
    new PlanEndpoints(parts.transactions, barrier, parts.random).enter(endpoints);
    new ImportEndpoint(parts.transactions, barrier, parts.random, config.importBytesMax())
        .enter(endpoints);
    new KeyEndpoint(
            parts.transactions,
            new KeyFormat(config.pepper()),
            config.pepper().authenticator("derived-secret"),
            new SecretRecovery(parts.transactions, config.recoveryKey(), parts.random),
            parts.verifier,
            barrier,
            parts.random,
            config.verifyCacheBytes(),
            parts.meter,
            metrics)
        .enter(endpoints);
    new ReferencePage().enter(endpoints);
    return endpoints;
  }

  /** Completes if a key can be created now, else fails and says why. */
  public Future<Void> ready() {
    return onVirtualThread(
        () -> {
          parts.transactions.probe().await();
          return parts.projector.ready().await();
        });
  }

  /** Returns the table of endpoints. */
  public List<Endpoints.Operation> operations() {
    return endpoints.operations();
  }

  /** Returns the port listened on. */
  public int port() {
    return port;
  }

  /** Stops: takes no new request and lets those under way end. Stopping again changes nothing. */
  public synchronized Future<Void> stop() {
    if (stopped == null) {
      stopped = onVirtualThread(this::end);
    }
    return stopped;
  }

  private Void end() {
    // Listeners first, and the projector only then: a revocation under way needs it to come to its
    // end. The verifier last, since a request under way may ask it.
    deployed.forEach(id -> vertx.undeploy(id).await());
    return parts.transactions.close().await();
  }

  private static <T> Future<T> onVirtualThread(Callable<T> work) {
    Promise<T> done = Promise.promise();
    Thread.ofVirtual()
        .name("management")
        .start(
            () -> {
              try {
                done.complete(work.call());
              } catch (Throwable e) {
                done.fail(e);
              }
            });
    return done.future();
  }
}
