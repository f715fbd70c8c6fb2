package io.tollgate.edge;

import io.tollgate.access.AddressRanges;
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
 * The edge as the attack suite wants it: three gateways before one recording upstream, the second
 * of which is impatient, and the third behind trusted proxies.
 */
final class AttackedEdge implements AutoCloseable {
  /** One, so that all requests of a lane share one pool, which an attack may poison. */
  private static final int EVENT_LOOPS = 1;

  private static final int MANY = 10_000;
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(20);

  final Proxy proxy;
  final Lane lane;
  private final RecordingUpstream upstream = new RecordingUpstream(0);
  private final RunningGateway patient;
  private final RunningGateway impatient;
  private final RunningGateway trusting;

  AttackedEdge(TestPostgres postgres, TestRedis redis, StoredKeys keys) {
    Route[] routes = routes("http://127.0.0.1:" + upstream.port());
    ClientBounds loose = bounds(MANY, Duration.ofSeconds(60), LONG);
    ClientBounds tight = bounds(Bound.PER_ADDRESS_MAX, SHORT.multipliedBy(2), SHORT);
    patient = gateway(postgres, redis, edge(loose, "10.0.0.0/8"), proxy(LONG), routes);
    impatient = gateway(postgres, redis, edge(tight), proxy(SHORT), routes);
    trusting =
        gateway(postgres, redis, edge(loose, "10.0.0.0/8", "127.0.0.1"), proxy(LONG), routes);
    KeyRecord good = keys.withFreshId(StoredKeys.record(Scopes.NONE));
    KeyRecord admin = keys.withFreshId(StoredKeys.record(Scopes.of(List.of("admin"))));
    Secret key = keys.everywhere(good);
    Secret adminKey = keys.everywhere(admin);
    proxy =
        new Proxy(
            "127.0.0.1",
            patient.gateway.port(),
            impatient.gateway.port(),
            trusting.gateway.port(),
            key.reveal(),
            good.id().toString(),
            adminKey.reveal(),
            admin.id().toString(),
            keys.mint().reveal(),
            EnumSet.allOf(Bound.class));
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

  private static RunningGateway gateway(
      TestPostgres postgres, TestRedis redis, EdgeConfig edge, ProxyConfig proxy, Route... routes) {
    return new RunningGateway(postgres, redis, edge, proxy, LimitConfig.UNLIMITED, routes);
  }

  private static EdgeConfig edge(ClientBounds clients, String... trusted) {
    AddressRanges proxies = AddressRanges.of(List.of(trusted));
    return new EdgeConfig(
        "127.0.0.1", 0, EVENT_LOOPS, SHORT, clients, Http2Bounds.DEFAULTS, proxies, null, null);
  }

  private static ClientBounds bounds(int perAddress, Duration patience, Duration bodyGrace) {
    ClientBounds defaults = ClientBounds.DEFAULTS;
    return new ClientBounds(
        defaults.connectionsMax(),
        perAddress,
        defaults.requestLineBytesMax(),
        defaults.headerBytesMax(),
        defaults.headerCountMax(),
        defaults.unreadHeaderBytesMax(),
        patience,
        patience,
        defaults.bodyBytesPerSecondMin(),
        bodyGrace,
        defaults.bodyBytesMax());
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
    trusting.close();
    upstream.close();
  }
}
