package io.tollgate.deploy;

import static io.tollgate.deploy.Kind.CLIENT_CERTIFICATES;
import static io.tollgate.deploy.Kind.DEPLOYMENT;
import static io.tollgate.deploy.Kind.DURATION;
import static io.tollgate.deploy.Kind.INTEGER;
import static io.tollgate.deploy.Kind.LEVEL;
import static io.tollgate.deploy.Kind.PATH;
import static io.tollgate.deploy.Kind.RANGES;
import static io.tollgate.deploy.Kind.SECRET;
import static io.tollgate.deploy.Kind.SECRETS;
import static io.tollgate.deploy.Kind.SECRET_URL;
import static io.tollgate.deploy.Kind.TEXT;
import static io.tollgate.deploy.Kind.WHEN_FULL;

import io.tollgate.access.AddressRanges;
import io.tollgate.edge.ClientBounds;
import io.tollgate.edge.EdgeConfig;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.meter.MeterConfig;
import io.tollgate.meter.WhenFull;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.ring.FenceConfig;
import io.tollgate.ring.RingConfig;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.RedisConfig;
import io.tollgate.tls.ClientCertificates;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Everything that can be set, each declared once, in the order of the reference. */
final class Catalogue {
  /** Variables that are read before there are settings. */
  static final String CONFIG_VARIABLE = "TOLLGATE_CONFIG";

  static final Set<String> OTHER_VARIABLES = Set.of(CONFIG_VARIABLE, "TOLLGATE_JVM_OPTS");

  /** Where `dev` listens is its own affair. */
  static final String HOST_SHOWN = "`0.0.0.0`, in `dev` `127.0.0.1`";

  private static final SettingList LISTED = new SettingList();
  private static final EdgeConfig EDGE = EdgeConfig.DEFAULTS;
  private static final ClientBounds CLIENTS = ClientBounds.DEFAULTS;
  private static final ProxyConfig PROXY = ProxyConfig.DEFAULTS;
  private static final FenceConfig FENCE = FenceConfig.DEFAULTS;

  static final Setting<String> UPSTREAM =
      LISTED.add(
          "upstream", TEXT, "", "URL that the route `/` forwards to where no `routes` are given");
  static final Setting<String> ROUTES =
      LISTED.add(
          "routes", Kind.ROUTES, "", "which paths go where and who may; the variable holds YAML");

  static final Setting<String> EDGE_HOST =
      LISTED.addShown(
          "edge.host", TEXT, EDGE.host(), HOST_SHOWN, "address that the edge listens on");
  static final Setting<Integer> EDGE_PORT =
      LISTED.addInteger("edge.port", EDGE.port(), "port of the edge; 0 takes a free one");
  static final Setting<Integer> EDGE_EVENT_LOOPS =
      LISTED.addShown(
          "edge.event-loops",
          INTEGER,
          EDGE.eventLoops(),
          "the cores",
          "how many threads serve requests");
  static final Setting<Integer> EDGE_CONNECTIONS_MAX =
      LISTED.addInteger(
          "edge.connections-max",
          CLIENTS.connectionsMax(),
          "most clients' connections; never above 90 % of the files the process may open");
  static final Setting<Integer> EDGE_CONNECTIONS_PER_ADDRESS_MAX =
      LISTED.addInteger(
          "edge.connections-per-address-max",
          CLIENTS.connectionsPerAddressMax(),
          "most of them from one address, trusted proxies excepted");
  static final Setting<AddressRanges> EDGE_TRUSTED_PROXIES =
      LISTED.add(
          "edge.trusted-proxies",
          RANGES,
          "",
          "proxies whose `X-Forwarded-For` and `-Proto` are believed, see below; none by default");
  static final Setting<Duration> EDGE_HEADER_TIMEOUT =
      LISTED.addDuration(
          "edge.header-timeout",
          CLIENTS.headerTimeout(),
          "how long a request's head may take, from its first byte");
  static final Setting<Duration> EDGE_IDLE_TIMEOUT =
      LISTED.addDuration(
          "edge.idle-timeout",
          CLIENTS.idleTimeout(),
          "how long a client's connection may stay open without a request");
  static final Setting<Integer> EDGE_BODY_BYTES_PER_SECOND_MIN =
      LISTED.addInteger(
          "edge.body-bytes-per-second-min",
          CLIENTS.bodyBytesPerSecondMin(),
          "slowest that a request's body may come, before its answer begins, once its grace is"
              + " over; 0 for any pace");
  static final Setting<Duration> EDGE_BODY_GRACE =
      LISTED.addDuration(
          "edge.body-grace", CLIENTS.bodyGrace(), "how long a request's body may come at any pace");
  static final Setting<Long> EDGE_BODY_BYTES_MAX =
      LISTED.addLong(
          "edge.body-bytes-max",
          CLIENTS.bodyBytesMax(),
          "longest body of a request, where its route says nothing else; 0 for any");
  static final Setting<Integer> EDGE_REQUEST_LINE_BYTES_MAX =
      LISTED.addInteger(
          "edge.request-line-bytes-max", CLIENTS.requestLineBytesMax(), "longest request line");
  static final Setting<Integer> EDGE_HEADER_BYTES_MAX =
      LISTED.addInteger(
          "edge.header-bytes-max",
          CLIENTS.headerBytesMax(),
          "longest head of a request, its first line included");
  static final Setting<Integer> EDGE_HEADER_COUNT_MAX =
      LISTED.addInteger(
          "edge.header-count-max", CLIENTS.headerCountMax(), "most headers of a request");
  static final Setting<Integer> EDGE_UNREAD_HEADER_BYTES_MAX =
      LISTED.addInteger(
          "edge.unread-header-bytes-max",
          CLIENTS.unreadHeaderBytesMax(),
          "most memory for the heads that have not come whole, of all connections");

  static {
    LISTED.addAll(WebSocketCatalogue.SETTINGS);
  }

  static final Setting<Path> EDGE_ACCESS_LOG =
      LISTED.add(
          "edge.access-log",
          PATH,
          "",
          "file that gets a line of JSON per request; none by default");
  static final Setting<Path> EDGE_TLS_CERTIFICATE =
      LISTED.add(
          "edge.tls-certificate",
          PATH,
          "",
          "chain in PEM with which `edge.port` speaks TLS, see below; plain HTTP by default");
  static final Setting<Path> EDGE_TLS_KEY =
      LISTED.add("edge.tls-key", PATH, "", "key to it: PKCS #8 in PEM, not encrypted");
  static final Setting<Path> EDGE_TLS_CLIENT_AUTHORITY =
      LISTED.add(
          "edge.tls-client-authority",
          PATH,
          "",
          "authorities in PEM that vouch for clients; no certificates are asked for by default");
  static final Setting<ClientCertificates> EDGE_TLS_CLIENTS =
      LISTED.add(
          "edge.tls-clients",
          CLIENT_CERTIFICATES,
          "required",
          "whether a client then must show one, `required` or `optional`");
  static final Setting<Duration> EDGE_DRAIN_DEADLINE =
      LISTED.addDuration(
          "edge.drain-deadline",
          EDGE.drainDeadline(),
          "how long a stop waits for requests that are under way");

  static {
    LISTED.addAll(Http2Catalogue.SETTINGS);
  }

  static final Setting<Integer> RING_ENTRIES_MAX =
      LISTED.addInteger(
          "ring.entries-max",
          RingConfig.DEFAULTS.entriesMax(),
          "most keys held in memory; about 250 bytes each");
  static final Setting<Integer> RING_LOOKUPS_MAX =
      LISTED.addInteger(
          "ring.lookups-max",
          RingConfig.DEFAULTS.lookupsMax(),
          "most keys looked up in the stores at once; one more is refused with 503");
  static final Setting<Integer> RING_STATEMENTS_MAX =
      LISTED.addInteger(
          "ring.statements-max",
          RingConfig.DEFAULTS.statementsMax(),
          "most statements to Postgres at once that look keys up, each up to 256 of them");

  static final Setting<String> GATEWAY_NAME =
      LISTED.addShown(
          "gateway.name",
          TEXT,
          "",
          "host name and `edge.port`",
          "name on the list of gateways: the same after a restart, of no other gateway");
  static final Setting<Duration> FENCE_BOUND =
      LISTED.addDuration(
          "fence.bound",
          FENCE.bound(),
          "how long keys in memory may answer unconfirmed; the same in every process, a revoke"
              + " waits as long");
  static final Setting<Duration> FENCE_INTERVAL =
      LISTED.addDuration(
          "fence.interval",
          FENCE.interval(),
          "how often a store is asked to confirm; at most a third of `fence.bound`");
  static final Setting<Duration> FENCE_POLL_INTERVAL =
      LISTED.addDuration(
          "fence.poll-interval",
          FENCE.pollInterval(),
          "how often Postgres is asked while Redis confirms");
  static final Setting<Duration> FENCE_POSTGRES_ABSENCE_MAX =
      LISTED.addDuration(
          "fence.postgres-absence-max",
          FENCE.postgresAbsenceMax(),
          "how long Redis alone is believed while Postgres is away; the same in every process");

  static final Setting<Duration> PROXY_CONNECT_TIMEOUT =
      LISTED.addDuration(
          "proxy.connect-timeout",
          PROXY.connectTimeout(),
          "longest wait for a connection to an upstream, TLS included");
  static final Setting<Duration> PROXY_RESPONSE_TIMEOUT =
      LISTED.addDuration(
          "proxy.response-timeout",
          PROXY.responseTimeout(),
          "longest wait for a response's head once the request is sent");
  static final Setting<Duration> PROXY_IDLE_TIMEOUT =
      LISTED.addDuration(
          "proxy.idle-timeout",
          PROXY.idleTimeout(),
          "longest time in which no byte moves during an exchange");
  static final Setting<Duration> PROXY_TOTAL_TIMEOUT =
      LISTED.addDuration(
          "proxy.total-timeout",
          PROXY.totalTimeout(),
          "longest that an exchange may take in all; 0s for no such bound");
  static final Setting<Integer> PROXY_CONNECTIONS_MAX =
      LISTED.addInteger(
          "proxy.connections-max",
          PROXY.connectionsMax(),
          "most connections per upstream and event loop");
  static final Setting<Integer> PROXY_QUEUE_MAX =
      LISTED.addInteger(
          "proxy.queue-max",
          PROXY.queueMax(),
          "most requests per upstream and event loop that wait for a connection");
  static final Setting<Integer> PROXY_HEADER_BYTES_MAX =
      LISTED.addInteger(
          "proxy.header-bytes-max",
          PROXY.headerBytesMax(),
          "longest head of a response, its first line included");
  static final Setting<Integer> PROXY_HEADER_COUNT_MAX =
      LISTED.addInteger(
          "proxy.header-count-max", PROXY.headerCountMax(), "most headers of a response");

  static {
    LISTED.addAll(TargetCatalogue.SETTINGS);
  }

  static final Setting<Path> PROXY_TLS_AUTHORITY =
      LISTED.add(
          "proxy.tls-authority",
          PATH,
          "",
          "authorities in PEM that vouch for `https` upstreams; the JVM's by default");
  static final Setting<Path> PROXY_TLS_CERTIFICATE =
      LISTED.add(
          "proxy.tls-certificate",
          PATH,
          "",
          "chain in PEM that is shown to upstreams which ask for one; none by default");
  static final Setting<Path> PROXY_TLS_KEY =
      LISTED.add("proxy.tls-key", PATH, "", "key to it: PKCS #8 in PEM, not encrypted");

  static final Setting<Integer> LIMIT_REQUESTS_PER_SECOND =
      LISTED.addInteger(
          "limit.requests-per-second",
          LimitConfig.UNLIMITED.requestsPerSecond(),
          "steady rate of every key, over all gateways; 0 for no limit");
  static final Setting<Integer> LIMIT_BURST =
      LISTED.addInteger(
          "limit.burst",
          LimitConfig.UNLIMITED.burst(),
          "how many requests of a key may come at once before the rate holds; where they are few,"
              + " each costs a trip to Redis");
  static final Setting<Duration> LIMIT_DEADLINE =
      LISTED.addDuration(
          "limit.deadline",
          LimitConfig.DEADLINE,
          "how long one trip to Redis for limits may take before the gateway goes on at its share");

  static final Setting<Integer> METER_SPOOL_BYTES_MAX =
      LISTED.addInteger(
          "meter.spool-bytes-max",
          MeterConfig.SPOOL_BYTES_MAX,
          "most disk for what is counted and waits for Postgres, in `meter` and `meter-management`"
              + " below `data-dir`");
  static final Setting<WhenFull> METER_WHEN_FULL =
      LISTED.add(
          "meter.when-full",
          WHEN_FULL,
          "pass",
          "what becomes of requests then: `pass`, uncounted, or `refuse` with 503");

  static {
    LISTED.addAll(ManagementCatalogue.SETTINGS);
  }

  static {
    LISTED.addAll(TraceCatalogue.SETTINGS);
  }

  static final Setting<String> INTERNAL_HOST =
      LISTED.add(
          "internal.host", TEXT, "127.0.0.1", "address of `/livez`, `/readyz` and `/metrics`");
  static final Setting<Integer> INTERNAL_PORT =
      LISTED.addInteger("internal.port", 9090, "port of `/livez`, `/readyz` and `/metrics`");

  static final Setting<Secret> SECRET_KEY =
      LISTED.add(
          "secret-key", SECRET, "", "the instance's secret key, `sk_…`, for the management API");
  static final Setting<List<Secret>> PEPPER =
      LISTED.add(
          "pepper",
          SECRETS,
          "",
          "text of 32 characters or more that keys are made under; several by comma, the one for"
              + " new keys first");

  static final Setting<Secret> REDIS_URL =
      LISTED.add("redis.url", SECRET_URL, "", "`redis[s]://[user:password@]host:port[/db]`");
  static final Setting<String> REDIS_DEPLOYMENT =
      LISTED.add(
          "redis.deployment",
          DEPLOYMENT,
          "single",
          "`single`: one server, no replicas; `ha`: another may take its place, so Postgres alone"
              + " confirms");
  static final Setting<Duration> REDIS_DEADLINE =
      LISTED.addDuration(
          "redis.deadline",
          RedisConfig.DEADLINE,
          "how long one command may take before Redis counts as unreachable");
  static final Setting<Duration> REDIS_CONNECT_DEADLINE =
      LISTED.addDuration(
          "redis.connect-deadline",
          RedisConfig.CONNECT_DEADLINE,
          "the same for connecting, TLS and log-in");

  static final Setting<Secret> POSTGRES_URL =
      LISTED.add(
          "postgres.url",
          SECRET_URL,
          "",
          "`postgresql://user:password@host:port/database[?sslmode=…]`");
  static final Setting<Duration> POSTGRES_DEADLINE =
      LISTED.addDuration(
          "postgres.deadline",
          PostgresConfig.DEADLINE,
          "how long one look-up may take before Postgres counts as unreachable");
  static final Setting<Duration> POSTGRES_CONNECT_DEADLINE =
      LISTED.addDuration(
          "postgres.connect-deadline",
          PostgresConfig.CONNECT_DEADLINE,
          "the same for connecting, TLS and log-in; `migrate`, `epoch` and `audit` take 15s at"
              + " least");

  static final Setting<Path> DATA_DIR =
      LISTED.addShown(
          "data-dir",
          PATH,
          "",
          "`$XDG_STATE_HOME/tollgate`, in `dev` `.tollgate`",
          "directory for what this process keeps");
  static final Setting<Duration> SHUTDOWN_READY_DELAY =
      LISTED.addShown(
          "shutdown.ready-delay",
          DURATION,
          "5s",
          "`5s`, in `dev` `0s`",
          "how long `/readyz` says no before a stop closes the listeners");
  static final Setting<String> LOG_LEVEL =
      LISTED.add("log.level", LEVEL, "info", "least severe level that is logged");

  private Catalogue() {}

  static List<Setting<?>> all() {
    return LISTED.all();
  }

  static @Nullable Setting<?> find(String name) {
    return LISTED.all().stream()
        .filter(setting -> setting.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  /** Returns whether settings stand below that name, as {@code edge.port} does below edge. */
  static boolean isSection(String name) {
    return LISTED.all().stream().anyMatch(setting -> setting.name().startsWith(name + '.'));
  }
}
