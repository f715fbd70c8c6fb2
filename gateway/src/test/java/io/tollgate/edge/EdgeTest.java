package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Scopes;
import io.tollgate.key.Secret;
import io.tollgate.proxy.CredentialHeader;
import io.tollgate.proxy.Route;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client of the edge gets, on real stores. */
class EdgeTest {
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static EchoUpstream upstream;
  private static StoredKeys keys;
  private static RunningGateway edge;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    upstream = new EchoUpstream();
    keys = new StoredKeys(postgres, redis);
    URI url = URI.create(upstream.url());
    Set<CredentialHeader> both = Set.of(CredentialHeader.values());
    edge =
        new RunningGateway(
            postgres,
            redis,
            upstream.route("/open"),
            new Route("/scoped", url, Scopes.of(List.of("read", "write")), Set.of(), both),
            new Route("/get", url, Scopes.NONE, Set.of("GET"), both),
            new Route("/api-key", url, Scopes.NONE, Set.of(), Set.of(CredentialHeader.X_API_KEY)),
            Route.to("/based", upstream.url() + "/base/"));
  }

  @AfterAll
  static void stop() {
    edge.close();
    upstream.close();
    redis.close();
    postgres.close();
  }

  private static JsonObject seen(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return new JsonObject(response.body());
  }

  private static @Nullable String header(JsonObject seen, String name) {
    var values = seen.getJsonObject("headers").getJsonArray(name);
    return values == null ? null : values.getString(0);
  }

  private static void assertRefused(HttpResponse<String> response, int status, String code) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("content-type")).contains("application/problem+json");
    assertThat(new JsonObject(response.body()).getString("code")).isEqualTo(code);
    assertThat(new JsonObject(response.body()).getInteger("status")).isEqualTo(status);
    assertThat(response.headers().firstValue("tollgate-request-id")).isPresent();
  }

  @Nested
  class Answers200 {
    @Test
    void a_key_in_both_stores_reaches_the_upstream() {
      JsonObject seen = seen(edge.get("/open/a?b=c", keys.everywhere("read")));
      assertThat(seen.getString("method")).isEqualTo("GET");
      assertThat(seen.getString("target")).isEqualTo("/open/a?b=c");
    }

    @Test
    void a_key_that_redis_lacks_is_found_in_postgres() {
      seen(edge.get("/open", keys.inPostgresOnly()));
    }

    @Test
    void the_scheme_is_read_without_regard_to_case() {
      Secret key = keys.everywhere();
      seen(
          edge.send(
              HttpRequest.newBuilder(edge.uri("/open"))
                  .header("Authorization", "bEARER " + key.reveal())));
    }

    @Test
    void a_key_may_come_as_x_api_key() {
      Secret key = keys.everywhere();
      seen(edge.send(HttpRequest.newBuilder(edge.uri("/open")).header("X-API-Key", key.reveal())));
    }

    @Test
    void the_upstream_learns_who_asks_and_never_the_key() {
      Secret key = keys.everywhere("write", "read");
      HttpResponse<String> response = edge.get("/open", key);
      JsonObject seen = seen(response);
      assertThat(header(seen, "tollgate-key-id")).matches("ak_[0-9a-f]{32}");
      assertThat(header(seen, "tollgate-subject")).isEqualTo(StoredKeys.SUBJECT.id());
      assertThat(header(seen, "tollgate-scopes")).isEqualTo("read write");
      assertThat(header(seen, "tollgate-request-id"))
          .isEqualTo(response.headers().firstValue("tollgate-request-id").orElseThrow());
      assertThat(response.body()).doesNotContain(key.reveal());
      assertThat(response.headers().allValues("tollgate-key-id")).isEmpty();
      assertThat(response.headers().firstValue("x-upstream")).contains("echo");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "Tollgate-Subject",
          "TOLLGATE_SUBJECT",
          "tollgate_key-id",
          "Tollgate.Scopes",
          "tollgate~anything",
          "Tollgate",
          "X-Forwarded-For",
          "Forwarded",
          "x_api_key",
          "X_Real_IP",
          "Proxy-Authorization"
        })
    void what_only_the_edge_may_say_is_removed(String name) {
      Secret key = keys.everywhere();
      JsonObject seen =
          seen(
              edge.send(
                  HttpRequest.newBuilder(edge.uri("/open"))
                      .header("Authorization", "Bearer " + key.reveal())
                      .header(name, "forged")));
      assertThat(seen.encode()).doesNotContain("forged");
    }

    @Test
    void a_header_that_the_route_does_not_read_passes() {
      Secret key = keys.everywhere();
      JsonObject seen =
          seen(
              edge.send(
                  HttpRequest.newBuilder(edge.uri("/api-key"))
                      .header("X-API-Key", key.reveal())
                      .header("Authorization", "Bearer a.users.jwt")));
      assertThat(header(seen, "authorization")).isEqualTo("Bearer a.users.jwt");
      assertThat(header(seen, "x-api-key")).isNull();
    }

    @Test
    void a_body_reaches_the_upstream_whole() {
      Secret key = keys.everywhere();
      JsonObject seen =
          seen(
              edge.send(
                  HttpRequest.newBuilder(edge.uri("/open"))
                      .header("Authorization", "Bearer " + key.reveal())
                      .POST(HttpRequest.BodyPublishers.ofString("a body"))));
      assertThat(seen.getString("method")).isEqualTo("POST");
      assertThat(seen.getString("body")).isEqualTo("a body");
    }

    @Test
    void the_upstreams_base_path_comes_before_the_canonical_path() {
      JsonObject seen = seen(edge.get("/based/%7Euser", keys.everywhere()));
      assertThat(seen.getString("target")).isEqualTo("/base/based/~user");
    }

    @Test
    void a_key_with_all_scopes_of_the_route_passes() {
      seen(edge.get("/scoped", keys.everywhere("write", "read", "other")));
    }
  }

  @Nested
  class Answers401 {
    @Test
    void no_key() {
      HttpResponse<String> response = edge.send(HttpRequest.newBuilder(edge.uri("/open")));
      assertRefused(response, 401, "credential-missing");
      assertThat(response.headers().firstValue("www-authenticate"))
          .contains("Bearer realm=\"tollgate\"");
    }

    @Test
    void two_keys() {
      Secret key = keys.everywhere();
      assertRefused(
          edge.send(
              HttpRequest.newBuilder(edge.uri("/open"))
                  .header("Authorization", "Bearer " + key.reveal())
                  .header("X-API-Key", key.reveal())),
          401,
          "credential-ambiguous");
      assertRefused(
          edge.send(
              HttpRequest.newBuilder(edge.uri("/open"))
                  .header("X-API-Key", key.reveal())
                  .header("X-API-Key", key.reveal())),
          401,
          "credential-ambiguous");
    }

    @Test
    void every_invalid_key_gets_the_same_bytes() {
      Secret unknown = keys.mint();
      Secret revoked = keys.everywhere(keys.withFreshId(revoked(StoredKeys.record(Scopes.NONE))));
      Secret expired = keys.everywhere(keys.withFreshId(expired(StoredKeys.record(Scopes.NONE))));
      String forged =
          unknown.reveal().substring(0, 44) + (unknown.reveal().endsWith("0") ? "1" : "0");
      HttpResponse<String> first = edge.get("/open", unknown);
      assertRefused(first, 401, "key-invalid");
      for (Secret key :
          List.of(revoked, expired, new Secret(forged), new Secret("ak_short"), new Secret("x"))) {
        HttpResponse<String> response = edge.get("/open", key);
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.body()).isEqualTo(first.body());
        assertThat(response.headers().map().keySet()).isEqualTo(first.headers().map().keySet());
      }
    }

    @Test
    void another_scheme() {
      assertRefused(
          edge.send(
              HttpRequest.newBuilder(edge.uri("/open")).header("Authorization", "Basic YTpi")),
          401,
          "key-invalid");
    }
  }

  private static KeyRecord revoked(KeyRecord record) {
    return KeyRecord.plain(
        record.number(),
        record.id(),
        record.subject(),
        record.scopes(),
        true,
        record.expiresAtMillis());
  }

  private static KeyRecord expired(KeyRecord record) {
    return KeyRecord.plain(
        record.number(), record.id(), record.subject(), record.scopes(), false, 1_000);
  }

  @Nested
  class Answers403 {
    @Test
    void a_scope_is_missing() {
      HttpResponse<String> response = edge.get("/scoped", keys.everywhere("read"));
      assertRefused(response, 403, "scope-missing");
      assertThat(response.headers().firstValue("www-authenticate").orElseThrow())
          .contains("insufficient_scope", "scope=\"read write\"");
    }
  }

  @Nested
  class Answers404 {
    @Test
    void no_route() {
      assertRefused(edge.get("/elsewhere", keys.everywhere()), 404, "route-unknown");
      assertRefused(edge.get("/opening", keys.everywhere()), 404, "route-unknown");
    }
  }

  @Nested
  class Answers405 {
    @Test
    void a_method_that_the_route_does_not_take() {
      Secret key = keys.everywhere();
      HttpResponse<String> response =
          edge.send(
              HttpRequest.newBuilder(edge.uri("/get"))
                  .header("Authorization", "Bearer " + key.reveal())
                  .POST(HttpRequest.BodyPublishers.noBody()));
      assertRefused(response, 405, "method-not-allowed");
      assertThat(response.headers().firstValue("allow")).contains("GET");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "PROPFIND", "PURGE"})
    void a_method_that_no_route_takes(String method) {
      assertRefused(
          edge.send(
              HttpRequest.newBuilder(edge.uri("/open"))
                  .method(method, HttpRequest.BodyPublishers.noBody())),
          405,
          "method-not-allowed");
    }
  }

  @Nested
  class Answers400 {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "/open/../scoped",
          "/open/%2e%2e/scoped",
          "/open//x",
          "/open/a%2Fb",
          "/open/a%5cb",
          "/open/a;b=c",
          "/open/%00",
          "/open/%zz"
        })
    void a_target_that_two_servers_could_read_differently(String target) {
      String answer = RawClient.exchange(edge.gateway.port(), "GET " + target + " HTTP/1.1");
      assertThat(answer).startsWith("HTTP/1.1 400").contains("target-ambiguous");
    }
  }

  @Test
  void a_made_up_key_costs_the_stores_no_command() {
    Secret unknown = keys.mint();
    String forged =
        unknown.reveal().substring(0, 44) + (unknown.reveal().endsWith("0") ? "1" : "0");
    assertCostsNoCommand(new Secret(forged));
    assertCostsNoCommand(new Secret("not-even-of-our-form"));
  }

  /** Where nothing was imported: that is known from the record that every key rests on. */
  private static void assertCostsNoCommand(Secret madeUp) {
    seen(edge.get("/open", keys.everywhere()));
    double before = lookups();
    for (int i = 0; i < 50; i++) {
      assertRefused(edge.get("/open", madeUp), 401, "key-invalid");
    }
    // One for each time that a slow machine lets the fence fall, so that nothing counts as known.
    assertThat(lookups() - before).isLessThan(5);
  }

  /** The steps of the fence go on meanwhile, so that only look-ups are counted. */
  private static double lookups() {
    return edge.total("tollgate.lookups");
  }
}
