package io.tollgate.deploy;

import io.tollgate.deploy.Serving.Part;
import io.tollgate.edge.Gateway;
import io.tollgate.key.Secret;
import io.vertx.core.Vertx;
import java.io.Serial;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything on one machine for trying out: stores, demo upstream, edge, management, a key. What it
 * finds set, such as a store of one's own, it uses; all else it brings.
 */
final class Dev {
  private static final String ORIGIN = "dev";
  private static final String LOOPBACK = "127.0.0.1";
  private static final String SECRET_KEY_FILE = "secret-key";
  private static final Set<Part> PARTS = EnumSet.allOf(Part.class);

  private final Map<String, String> environment;
  private final Console console;
  private final StopSignal stop = StopSignal.install();

  // What was started, to be stopped from the last to the first.
  private final Deque<Runnable> started = new ArrayDeque<>();
  private @Nullable DevPostgres postgres;
  private @Nullable DevRedis redis;
  private Settings settings;

  private Dev(Settings settings, Map<String, String> environment, Console console) {
    this.settings = settings;
    this.environment = environment;
    this.console = console;
  }

  /** Returns the settings with the defaults that suit one machine. */
  static Settings settings(Map<String, String> environment) {
    Path home = Path.of(System.getProperty("tollgate.home", ""));
    return Settings.read(environment)
        .withDefault(Catalogue.DATA_DIR, home.resolve(".tollgate").toString(), ORIGIN)
        .withDefault(Catalogue.SHUTDOWN_READY_DELAY, "0s", ORIGIN)
        .withDefault(Catalogue.EDGE_HOST, LOOPBACK, ORIGIN)
        .withDefault(ManagementCatalogue.MANAGEMENT_HOST, LOOPBACK, ORIGIN);
  }

  /** Runs until it is told to stop; the answer is the exit code. */
  static int run(Settings settings, Map<String, String> environment, Console console) {
    Serving.checkPorts(settings, PARTS);
    try (var data = DataDirectory.take(settings.get(Catalogue.DATA_DIR))) {
      var dev = new Dev(settings, environment, console);
      try {
        dev.start(data);
        dev.stop.await();
        console.say("stopping …");
      } catch (Abandoned e) {
        console.say("not started: stopping …");
      } finally {
        dev.started.forEach(Runnable::run);
      }
      console.say("stopped");
      return 0;
    }
  }

  private void start(DataDirectory data) {
    secrets(data);
    stores(data);
    console.say(
        step(
            "migrating the schema",
            () -> new Migration(new Composition(settings).postgres()).run()));
    demoUpstream();
    Serving serving = step("starting edge and management", () -> serve());
    String secretKey = settings.get(Catalogue.SECRET_KEY).reveal();
    String api = at(ManagementCatalogue.MANAGEMENT_HOST, serving.managementPort());
    String key = step("looking for the demo key", () -> new DemoKey(api, secretKey).secret(data));
    tell(serving, data, api, key);
  }

  /** Waits for a step, unless the process was told to stop meanwhile. */
  private <T> T step(String what, Supplier<T> work) {
    if (stop.isAsked()) {
      throw new Abandoned();
    }
    return console.step(what, work);
  }

  private void secrets(DataDirectory data) {
    if (settings.given(Catalogue.PEPPER).isDefault()) {
      use(Catalogue.PEPPER, data.readOrMake("pepper", () -> RandomText.of(64)));
    }
    if (settings.given(Catalogue.SECRET_KEY).isDefault()) {
      use(
          Catalogue.SECRET_KEY,
          data.readOrMake(SECRET_KEY_FILE, () -> "sk_test_" + RandomText.of(40)));
    }
  }

  private void stores(DataDirectory data) {
    if (settings.given(Catalogue.POSTGRES_URL).isDefault()) {
      DevPostgres own = step("starting Postgres", () -> DevPostgres.start(data));
      started.push(own::stop);
      postgres = own;
      use(Catalogue.POSTGRES_URL, own.url());
    }
    if (settings.given(Catalogue.REDIS_URL).isDefault()) {
      DevRedis own = step("starting Redis", () -> DevRedis.start(data));
      started.push(own::stop);
      redis = own;
      use(Catalogue.REDIS_URL, own.url());
    }
  }

  /** Routes of one's own may name it too. */
  private void demoUpstream() {
    if (settings.given(Catalogue.UPSTREAM).isDefault()) {
      Vertx vertx = Vertx.vertx();
      started.push(() -> vertx.close());
      use(Catalogue.UPSTREAM, "http://" + LOOPBACK + ":" + listen(new DemoUpstream(vertx)));
    }
  }

  private static int listen(DemoUpstream upstream) {
    try {
      return upstream
          .listen(DemoUpstream.PORT)
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new StartFault("the demo upstream can't listen: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFault("interrupted while the demo upstream started");
    }
  }

  private Serving serve() {
    Serving serving = Serving.start(settings, PARTS);
    started.push(serving::stop);
    @Nullable Gateway gateway = serving.gateway();
    if (gateway != null) {
      // The demo upstream stays the upstream where the file still names none.
      Given upstream = settings.given(Catalogue.UPSTREAM);
      var reload =
          RouteReload.start(
              gateway,
              settings,
              () -> settings(environment).withDefault(Catalogue.UPSTREAM, upstream.text(), ORIGIN),
              environment);
      started.push(reload::close);
    }
    return serving;
  }

  private void use(Setting<?> setting, String text) {
    settings = settings.withDefault(setting, text, ORIGIN);
  }

  private String at(Setting<String> host, int port) {
    return "http://" + hostAndPort(host, port);
  }

  private String hostAndPort(Setting<String> host, int port) {
    String address = settings.get(host);
    String reachable = address.equals("0.0.0.0") || address.equals("::") ? LOOPBACK : address;
    return (reachable.contains(":") ? "[" + reachable + "]" : reachable) + ":" + port;
  }

  private void tell(Serving serving, DataDirectory data, String api, String key) {
    @Nullable Path certificate = settings.find(Catalogue.EDGE_TLS_CERTIFICATE);
    String edge =
        (certificate == null ? "http://" : "https://")
            + hostAndPort(Catalogue.EDGE_HOST, serving.edgePort());
    console.say("");
    console.say("edge        " + edge);
    console.say("management  " + api);
    console.say(
        "internal    "
            + at(Catalogue.INTERNAL_HOST, serving.internalPort())
            + "  (/livez, /readyz, /metrics)");
    console.say(
        "upstream    "
            + settings.get(Catalogue.UPSTREAM)
            + (settings.given(Catalogue.ROUTES).isDefault() ? "" : "  (where routes name it)"));
    console.say(
        "postgres    " + store(Catalogue.POSTGRES_URL, postgres == null ? 0 : postgres.pid()));
    console.say("redis       " + store(Catalogue.REDIS_URL, redis == null ? 0 : redis.pid()));
    console.say(
        "secret key  "
            + (settings.given(Catalogue.SECRET_KEY).isDefault()
                ? data.file(SECRET_KEY_FILE)
                : "as set"));
    console.say("");
    console.say("curl -i -H 'Authorization: Bearer " + key + "' " + edge + "/hello");
    console.say("");
    console.say("Ctrl-C stops all");
  }

  /** Shows the URL of a store that was brought, and of one's own only where it is. */
  private String store(Setting<Secret> setting, long pid) {
    String url = settings.get(setting).reveal();
    return pid == 0 ? setting.shown(url) : url + "  (process " + pid + ")";
  }

  /** The end of a start that nobody waits for any more. */
  private static final class Abandoned extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;
  }
}
