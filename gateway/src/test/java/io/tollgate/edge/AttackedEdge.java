package io.tollgate.edge;

import io.tollgate.access.Scopes;
import io.tollgate.attack.Bound;
import io.tollgate.attack.Lane;
import io.tollgate.attack.Proxy;
import io.tollgate.attack.RecordingUpstream;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.CredentialHeader;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The edge as the attack suite wants it: two gateways before one recording upstream, the second of
 * which is impatient.
 */
final class AttackedEdge implements AutoCloseable {
  /**
   * What today's settings can bound. A setting that comes to be is named here and given a short
   * value in {@link #impatient}; the cases that need it run from then on.
   */
  static final Set<Bound> BOUNDS =
      EnumSet.of(Bound.IDLE_TIMEOUT, Bound.STALLED_RESPONSE, Bound.RESPONSE_TIMEOUT);

  /** One, so that all requests of a lane share one pool, which an attack may poison. */
  private static final int EVENT_LOOPS = 1;

  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(20);

  final Proxy proxy;
  final Lane lane;
  private final RecordingUpstream upstream = new RecordingUpstream(0);
  private final RunningGateway patient;
  private final RunningGateway impatient;

  AttackedEdge(TestPostgres postgres, TestRedis redis, StoredKeys keys) {
    Route[] routes = routes("http://127.0.0.1:" + upstream.port());
    patient =
        new RunningGateway(
            postgres,
            redis,
            edge(Duration.ofSeconds(60)),
            proxy(LONG),
            LimitConfig.UNLIMITED,
            routes);
    impatient =
        new RunningGateway(
            postgres,
            redis,
            edge(SHORT.multipliedBy(2)),
            proxy(SHORT),
            LimitConfig.UNLIMITED,
            routes);
    KeyRecord good = keys.withFreshId(StoredKeys.record(Scopes.NONE));
    KeyRecord admin = keys.withFreshId(StoredKeys.record(Scopes.of(List.of("admin"))));
    Secret key = keys.everywhere(good);
    Secret adminKey = keys.everywhere(admin);
    proxy =
        new Proxy(
            "127.0.0.1",
            patient.gateway.port(),
            impatient.gateway.port(),
            key.reveal(),
            good.id().toString(),
            adminKey.reveal(),
            admin.id().toString(),
            keys.mint().reveal(),
            BOUNDS);
    lane = new Lane(proxy, upstream, true);
  }

  private static Route[] routes(String url) {
    URI address = URI.create(url);
    Set<CredentialHeader> all = EnumSet.allOf(CredentialHeader.class);
    return new Route[] {
      Route.to("/", url),
      new Route("/admin", address, Scopes.of(List.of("admin")), Set.of(), all),
      new Route("/read", address, Scopes.NONE, Set.of("GET", "HEAD"), all),
      new Route("/token", address, Scopes.NONE, Set.of(), EnumSet.of(CredentialHeader.X_API_KEY)),
    };
  }

  private static EdgeConfig edge(Duration patience) {
    ClientBounds defaults = ClientBounds.DEFAULTS;
    return new EdgeConfig(
        "127.0.0.1",
        0,
        EVENT_LOOPS,
        SHORT,
        new ClientBounds(
            defaults.connectionsMax(),
            defaults.connectionsPerAddressMax(),
            defaults.requestLineBytesMax(),
            defaults.headerBytesMax(),
            defaults.headerCountMax(),
            defaults.unreadHeaderBytesMax(),
            patience,
            patience,
            defaults.bodyBytesPerSecondMin()));
  }

  private static ProxyConfig proxy(Duration timeout) {
    ProxyConfig defaults = ProxyConfig.DEFAULTS;
    return new ProxyConfig(
        SHORT,
        timeout,
        timeout.multipliedBy(2),
        defaults.totalTimeout(),
        defaults.connectionsMax(),
        defaults.queueMax(),
        defaults.headerBytesMax(),
        defaults.headerCountMax());
  }

  @Override
  public void close() {
    patient.close();
    impatient.close();
    upstream.close();
  }
}
