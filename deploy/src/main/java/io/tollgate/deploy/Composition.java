package io.tollgate.deploy;

import io.tollgate.access.AddressRanges;
import io.tollgate.edge.ClientBounds;
import io.tollgate.edge.EdgeConfig;
import io.tollgate.edge.GatewayConfig;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.management.ManagementConfig;
import io.tollgate.management.billing.BillingConfig;
import io.tollgate.management.connection.ConnectionConfig;
import io.tollgate.management.key.RecoveryKey;
import io.tollgate.meter.MeterConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.TargetConfig;
import io.tollgate.ring.FenceConfig;
import io.tollgate.ring.RingConfig;
import io.tollgate.store.GatewayName;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.RedisConfig;
import io.tollgate.tls.Identity;
import io.tollgate.tls.ListenerTls;
import io.tollgate.tls.UpstreamTls;
import io.tollgate.trace.TraceConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The settings as the configuration records that the parts are started with. */
final class Composition {
  private final Settings settings;

  Composition(Settings settings) {
    this.settings = settings;
  }

  GatewayConfig gateway() {
    return checked(
        () ->
            new GatewayConfig(
                gatewayName(),
                edge(),
                ring(),
                fence(),
                proxy(),
                new LimitConfig(
                    settings.get(Catalogue.LIMIT_REQUESTS_PER_SECOND),
                    settings.get(Catalogue.LIMIT_BURST),
                    settings.get(Catalogue.LIMIT_DEADLINE)),
                meter("meter"),
                redis(),
                postgres(),
                pepper(),
                trace()));
  }

  private TraceConfig trace() {
    @Nullable String endpoint = settings.find(TraceCatalogue.TRACE_ENDPOINT);
    return new TraceConfig(
        endpoint == null ? null : TraceConfig.endpoint(endpoint),
        settings.get(TraceCatalogue.TRACE_SAMPLE_RATIO),
        settings.get(TraceCatalogue.TRACE_QUEUE_MAX),
        settings.get(TraceCatalogue.TRACE_EXPORT_TIMEOUT),
        settings.get(TraceCatalogue.TRACE_SERVICE_NAME));
  }

  ManagementConfig management() {
    return checked(
        () ->
            new ManagementConfig(
                managementName(),
                settings.get(ManagementCatalogue.MANAGEMENT_HOST),
                settings.get(ManagementCatalogue.MANAGEMENT_PORT),
                settings.get(ManagementCatalogue.MANAGEMENT_BODY_BYTES_MAX),
                settings.get(ManagementCatalogue.MANAGEMENT_IMPORT_BYTES_MAX),
                settings.get(ManagementCatalogue.MANAGEMENT_CONNECTIONS_MAX),
                settings.get(ManagementCatalogue.MANAGEMENT_CLIENTS_MAX),
                settings.get(ManagementCatalogue.MANAGEMENT_VERIFY_CACHE_BYTES),
                ring(),
                settings.get(Catalogue.SECRET_KEY),
                recoveryKey(),
                redis(),
                postgres(),
                fence(),
                pepper(),
                meter("meter-management"),
                billing(),
                new ConnectionConfig(
                    settings.find(ManagementCatalogue.MANAGEMENT_PUBLIC_URL),
                    settings.get(ManagementCatalogue.SCIM_TOKEN_OVERLAP),
                    settings.get(ManagementCatalogue.SCIM_LOG_EMAILS),
                    settings.get(ManagementCatalogue.SCIM_DEPARTED_RETENTION))));
  }

  /** What both count in one place would come under one name. */
  private MeterConfig meter(String directory) {
    return new MeterConfig(
        settings.get(Catalogue.DATA_DIR).resolve(directory),
        settings.get(Catalogue.METER_SPOOL_BYTES_MAX),
        settings.get(Catalogue.METER_WHEN_FULL));
  }

  private BillingConfig billing() {
    return new BillingConfig(
        settings.find(ManagementCatalogue.BILLING_CLOUDEVENTS_URL),
        settings.find(ManagementCatalogue.BILLING_STRIPE_KEY),
        settings.get(ManagementCatalogue.BILLING_STRIPE_URL),
        BillingConfig.DEADLINE);
  }

  private RingConfig ring() {
    return new RingConfig(
        settings.get(Catalogue.RING_ENTRIES_MAX),
        settings.get(Catalogue.RING_LOOKUPS_MAX),
        settings.get(Catalogue.RING_STATEMENTS_MAX));
  }

  PostgresConfig postgres() {
    return checked(
        () ->
            new PostgresConfig(
                settings.get(Catalogue.POSTGRES_URL),
                settings.get(Catalogue.POSTGRES_DEADLINE),
                settings.get(Catalogue.POSTGRES_CONNECT_DEADLINE)));
  }

  private FenceConfig fence() {
    return new FenceConfig(
        settings.get(Catalogue.FENCE_BOUND),
        settings.get(Catalogue.FENCE_INTERVAL),
        settings.get(Catalogue.FENCE_POLL_INTERVAL),
        settings.get(Catalogue.FENCE_POSTGRES_ABSENCE_MAX),
        settings.get(Catalogue.REDIS_DEPLOYMENT).equals("ha"));
  }

  /** Two processes can't listen on one address, so that host and port name one gateway. */
  private String gatewayName() {
    String given = settings.find(Catalogue.GATEWAY_NAME);
    if (given != null) {
      return given;
    }
    int port = settings.get(Catalogue.EDGE_PORT);
    // A port that is not fixed is another one after a restart; then so is the name.
    return hostName() + ':' + (port == 0 ? UUID.randomUUID().toString() : port);
  }

  /** A process may be a gateway and a management at once, under two names. */
  private String managementName() {
    String given = settings.find(Catalogue.GATEWAY_NAME);
    int port = settings.get(ManagementCatalogue.MANAGEMENT_PORT);
    String place = port == 0 ? UUID.randomUUID().toString() : Integer.toString(port);
    return GatewayName.MANAGEMENT_PREFIX + (given == null ? hostName() + ':' + place : given);
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private RedisConfig redis() {
    return new RedisConfig(
        settings.get(Catalogue.REDIS_URL),
        settings.get(Catalogue.REDIS_DEADLINE),
        settings.get(Catalogue.REDIS_CONNECT_DEADLINE));
  }

  private Pepper pepper() {
    return new Pepper(settings.get(Catalogue.PEPPER));
  }

  private @Nullable RecoveryKey recoveryKey() {
    @Nullable Secret given = settings.find(ManagementCatalogue.MANAGEMENT_RECOVERY_KEY);
    return given == null ? null : new RecoveryKey(given);
  }

  private EdgeConfig edge() {
    @Nullable AddressRanges trusted = settings.find(Catalogue.EDGE_TRUSTED_PROXIES);
    return new EdgeConfig(
        settings.get(Catalogue.EDGE_HOST),
        settings.get(Catalogue.EDGE_PORT),
        settings.get(Catalogue.EDGE_EVENT_LOOPS),
        settings.get(Catalogue.EDGE_DRAIN_DEADLINE),
        clients(),
        Http2Catalogue.bounds(settings),
        trusted == null ? AddressRanges.NONE : trusted,
        settings.find(Catalogue.EDGE_ACCESS_LOG),
        listenerTls(),
        WebSocketCatalogue.bounds(settings));
  }

  private @Nullable ListenerTls listenerTls() {
    @Nullable Identity identity = identity(Catalogue.EDGE_TLS_CERTIFICATE, Catalogue.EDGE_TLS_KEY);
    @Nullable Path authority = settings.find(Catalogue.EDGE_TLS_CLIENT_AUTHORITY);
    if (authority == null && !settings.given(Catalogue.EDGE_TLS_CLIENTS).isDefault()) {
      throw new IllegalArgumentException(
          "edge.tls-client-authority must name a file where edge.tls-clients is set, was not"
              + " given");
    }
    if (identity != null) {
      return new ListenerTls(identity, authority, settings.get(Catalogue.EDGE_TLS_CLIENTS));
    }
    if (authority != null) {
      throw new IllegalArgumentException(
          "edge.tls-certificate must name a file where edge.tls-client-authority does, was not"
              + " given");
    }
    return null;
  }

  private @Nullable Identity identity(Setting<Path> certificate, Setting<Path> key) {
    return Identity.of(
        certificate.name(), settings.find(certificate), key.name(), settings.find(key));
  }

  private ClientBounds clients() {
    return new ClientBounds(
        settings.get(Catalogue.EDGE_CONNECTIONS_MAX),
        settings.get(Catalogue.EDGE_CONNECTIONS_PER_ADDRESS_MAX),
        settings.get(Catalogue.EDGE_REQUEST_LINE_BYTES_MAX),
        settings.get(Catalogue.EDGE_HEADER_BYTES_MAX),
        settings.get(Catalogue.EDGE_HEADER_COUNT_MAX),
        settings.get(Catalogue.EDGE_UNREAD_HEADER_BYTES_MAX),
        settings.get(Catalogue.EDGE_HEADER_TIMEOUT),
        settings.get(Catalogue.EDGE_IDLE_TIMEOUT),
        settings.get(Catalogue.EDGE_BODY_BYTES_PER_SECOND_MIN),
        settings.get(Catalogue.EDGE_BODY_GRACE),
        settings.get(Catalogue.EDGE_BODY_BYTES_MAX));
  }

  private ProxyConfig proxy() {
    return new ProxyConfig(
        settings.get(Catalogue.PROXY_CONNECT_TIMEOUT),
        settings.get(Catalogue.PROXY_RESPONSE_TIMEOUT),
        settings.get(Catalogue.PROXY_IDLE_TIMEOUT),
        settings.get(Catalogue.PROXY_TOTAL_TIMEOUT),
        settings.get(Catalogue.PROXY_CONNECTIONS_MAX),
        settings.get(Catalogue.PROXY_QUEUE_MAX),
        settings.get(Catalogue.PROXY_HEADER_BYTES_MAX),
        settings.get(Catalogue.PROXY_HEADER_COUNT_MAX),
        settings.get(TargetCatalogue.STREAMS_MAX),
        settings.get(TargetCatalogue.WEBSOCKETS_MAX),
        new UpstreamTls(
            settings.find(Catalogue.PROXY_TLS_AUTHORITY),
            identity(Catalogue.PROXY_TLS_CERTIFICATE, Catalogue.PROXY_TLS_KEY)),
        targets());
  }

  private TargetConfig targets() {
    return new TargetConfig(
        settings.get(TargetCatalogue.FAILURES_MAX),
        settings.get(TargetCatalogue.CHECK_INTERVAL),
        settings.get(TargetCatalogue.CHECK_TIMEOUT),
        settings.get(TargetCatalogue.EJECTION),
        settings.get(TargetCatalogue.EJECTION_MAX),
        settings.get(TargetCatalogue.IN_USE_PERCENT_MIN),
        settings.get(TargetCatalogue.SLOW_START),
        settings.get(TargetCatalogue.ATTEMPTS_MAX),
        settings.get(TargetCatalogue.RETRY_PERCENT_MAX),
        settings.get(TargetCatalogue.RESOLVE_INTERVAL));
  }

  /** Adds to what a record refuses where the operator has written it. */
  private <T> T checked(Supplier<T> record) {
    try {
      return record.get();
    } catch (IllegalArgumentException e) {
      throw new SettingFault(settings.withOrigins(String.valueOf(e.getMessage())));
    }
  }
}
