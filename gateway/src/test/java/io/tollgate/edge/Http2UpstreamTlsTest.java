package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.UpstreamProtocol;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.tollgate.tls.Identity;
import io.tollgate.tls.TestAuthority;
import io.tollgate.tls.UpstreamTls;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2 behind TLS is agreed on by ALPN, or not spoken at all. */
class Http2UpstreamTlsTest {
  @TempDir static Path directory;
  private static TestAuthority authority;
  private static Identity identity;
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static Secret key;

  @BeforeAll
  static void start() throws Exception {
    authority = new TestAuthority(directory);
    identity = authority.issue("upstream");
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    key = new StoredKeys(postgres, redis).everywhere();
  }

  @AfterAll
  static void stop() {
    redis.close();
    postgres.close();
  }

  /** Asks an upstream that answers with the version by which it was asked. */
  private static HttpResponse<String> ask(boolean alpn, AtomicInteger requests) {
    Vertx vertx = Vertx.vertx();
    var pair =
        new PemKeyCertOptions()
            .setCertPath(identity.certificate().toString())
            .setKeyPath(identity.key().toString());
    HttpServer server =
        RunningGateway.await(
            vertx
                .createHttpServer(
                    new HttpServerOptions().setSsl(true).setUseAlpn(alpn).setKeyCertOptions(pair))
                .requestHandler(
                    request -> {
                      requests.incrementAndGet();
                      request.response().end(request.version().name());
                    })
                .listen(0, "127.0.0.1"));
    Route route =
        Route.to("/", "https://localhost:" + server.actualPort()).speaking(UpstreamProtocol.HTTP2);
    try (var edge = new RunningGateway(postgres, redis, patient(), LimitConfig.UNLIMITED, route)) {
      return edge.get("/", key);
    } finally {
      RunningGateway.await(vertx.close());
    }
  }

  private static ProxyConfig patient() {
    ProxyConfig defaults = ProxyConfig.DEFAULTS;
    return new ProxyConfig(
        Duration.ofSeconds(5),
        defaults.responseTimeout(),
        defaults.idleTimeout(),
        defaults.totalTimeout(),
        defaults.connectionsMax(),
        defaults.queueMax(),
        defaults.headerBytesMax(),
        defaults.headerCountMax(),
        new UpstreamTls(authority.certificate(), null));
  }

  @Test
  void an_upstream_that_agrees_is_asked_by_http2() {
    HttpResponse<String> answer = ask(true, new AtomicInteger());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("HTTP_2");
  }

  @Test
  void an_upstream_that_does_not_agree_is_a_bad_gateway() {
    var requests = new AtomicInteger();
    assertThat(ask(false, requests).statusCode()).isEqualTo(502);
    assertThat(requests).hasValue(0);
  }
}
