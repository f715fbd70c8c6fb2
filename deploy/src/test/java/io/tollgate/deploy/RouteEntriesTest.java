package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.access.Scopes;
import io.tollgate.proxy.CredentialHeader;
import io.tollgate.proxy.Destination;
import io.tollgate.proxy.LongLived;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.UpstreamProtocol;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteEntriesTest {
  private static List<Route> routes(String yaml) {
    return RouteEntries.of(Settings.read(Map.of("TOLLGATE_ROUTES", yaml)));
  }

  @Test
  void an_entry_is_read_whole() {
    Route route =
        routes(
                "[{path: /a/, upstream: 'https://h:8443/base', scopes: [r, w], methods: [GET],"
                    + " credentials: [X-API-Key], cost: 5, quota-status: 402, principal: orders,"
                    + " websocket: true, interval: 60s, body-bytes-max: 10737418240}]")
            .get(0);
    assertThat(route.path()).isEqualTo("/a");
    assertThat(route.destination().first()).hasHost("h").hasPort(8443).hasPath("/base");
    assertThat(route.scopes()).isEqualTo(Scopes.of(List.of("w", "r")));
    assertThat(route.methods()).containsExactly("GET");
    assertThat(route.credentials()).containsExactly(CredentialHeader.X_API_KEY);
    assertThat(route.cost()).isEqualTo(5);
    assertThat(route.quotaStatus()).isEqualTo(402);
    assertThat(route.principal()).isEqualTo("orders");
    assertThat(route.longLived()).isEqualTo(new LongLived(true, Duration.ofMinutes(1)));
    assertThat(route.bodyBytesMax()).isEqualTo(10L << 30);
  }

  @Test
  void an_upstream_may_be_several_targets() {
    Destination to =
        routes("[{path: /, upstream: ['http://a:1/x', 'http://b:2/x/'], check: '/up?now'}]")
            .get(0)
            .destination();
    assertThat(to.urls()).containsExactly(URI.create("http://a:1/x"), URI.create("http://b:2/x/"));
    assertThat(to.check()).isEqualTo("/up?now");
  }

  @Test
  void an_upstream_may_speak_http2() {
    Route route = routes("[{path: /, upstream: 'http://h', protocol: http2}]").get(0);
    assertThat(route.destination().protocol()).isEqualTo(UpstreamProtocol.HTTP2);
  }

  @Test
  void what_is_left_out_is_open() {
    Route route = routes("[{path: /, upstream: 'http://h'}]").get(0);
    assertThat(route.scopes()).isEqualTo(Scopes.NONE);
    assertThat(route.methods()).isEmpty();
    assertThat(route.credentials()).isEqualTo(Set.of(CredentialHeader.values()));
    assertThat(route.cost()).isEqualTo(1);
    assertThat(route.quotaStatus()).isEqualTo(429);
    assertThat(route.principal()).isEmpty();
    assertThat(route.destination()).isEqualTo(Destination.of(URI.create("http://h")));
    assertThat(route.longLived()).isEqualTo(LongLived.NONE);
    assertThat(route.bodyBytesMax()).isNull();
  }

  @Test
  void without_a_list_everything_goes_to_the_upstream() {
    Settings settings = Settings.read(Map.of("TOLLGATE_UPSTREAM", "http://h:1"));
    assertThat(RouteEntries.of(settings)).containsExactly(Route.to("/", "http://h:1"));
    assertThatThrownBy(() -> RouteEntries.of(Settings.read(Map.of())))
        .isInstanceOf(SettingFault.class)
        .hasMessageContaining("TOLLGATE_UPSTREAM");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [{path: a, upstream: 'http://h'}]                             | routes[0].path
          [{path: /a}]                                                  | routes[0].upstream
          [{path: /, upstream: 'http://h'}, {path: /b, upstream: 'h:1'}]| routes[1].upstream
          [{path: /, upstream: 'http://h', methods: [get]}]             | routes[0].methods
          [{path: /, upstream: 'http://h', methods: GET}]               | routes[0].methods
          [{path: /, upstream: 'http://h', scopes: ['a b']}]            | routes[0].scopes
          [{path: /, upstream: 'http://h', credentials: [cookie]}]      | routes[0].credentials
          [{path: /, upstream: 'http://h', scope: [a]}]                 | routes[0].scope
          [{path: /, upstream: 'http://h'}, {path: /, upstream: 'http://h'}] | routes[1].path
          [{path: /, upstream: 'http://h', cost: 1000001}]              | routes[0].cost
          [{path: /, upstream: 'http://h', cost: -1}]                   | routes[0].cost
          [{path: /, upstream: 'http://h', websocket: maybe}]           | routes[0].websocket
          [{path: /, upstream: 'http://h', interval: often}]            | routes[0].interval
          [{path: /, upstream: 'http://h', quota-status: 403}]          | routes[0].quota-status
          [{path: /, upstream: 'http://h', principal: ''}]              | routes[0].principal
          [{path: /, upstream: 'http://h', principal: 'a b'}]           | routes[0].principal
          [{path: /, upstream: 'http://h', principal: [a]}]             | routes[0].principal
          [{path: /, upstream: 'http://h', protocol: h2}]               | routes[0].protocol
          [{path: /, upstream: 'http://h', protocol: [http2]}]          | routes[0].protocol
          [{path: /, upstream: 'http://h', protocol: http2, websocket: true}] | routes[0].websocket
          [{path: /, upstream: 'http://h', cost: 1.5}]                  | routes[0].cost
          [{path: /, upstream: 'http://h', cost: [1]}]                  | routes[0].cost
          [{path: /, upstream: 'http://[fe80::1%25eth0]:80'}]           | routes[0].upstream
          [{path: /, upstream: ['http://h', 'http://i:/a']}]            | routes[0].upstream
          [{path: /, upstream: 'http://h', body-bytes-max: -1}]         | routes[0].body-bytes-max
          [{path: /, upstream: 'http://h', body-bytes-max: 10MB}]       | routes[0].body-bytes-max
          [{path: /, upstream: 'http://h', body-bytes-max: [1]}]        | routes[0].body-bytes-max
          [{path: /, upstream: []}]                                     | routes[0].upstream
          [{path: /, upstream: ['http://a', 'https://b']}]              | routes[0].upstream
          [{path: /, upstream: ['http://a/x', 'http://b/y']}]           | routes[0].upstream
          [{path: /, upstream: ['http://a', 'http://A:80/']}]           | routes[0].upstream
          [{path: /, upstream: ['http://a', 'http://a']}]               | routes[0].upstream
          [{path: /, upstream: 'http://h', check: health}]              | routes[0].check
          [{path: /, upstream: 'http://h', check: ''}]                  | routes[0].check
          [{path: /, upstream: 'http://h', check: '/a/../b'}]           | routes[0].check
          []                                                            | routes
          /                                                             | routes
          """)
  void a_faulty_entry_is_named(String yaml, String field) {
    assertThatThrownBy(() -> routes(yaml))
        .isInstanceOf(SettingFault.class)
        .hasMessageContaining(field)
        .hasMessageContaining("TOLLGATE_ROUTES");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://[fe80::1%25eth0]",
        "https://[fe80::1%25eth0]:8443/base",
        "http://h:",
        "http://h:/base",
        "http://[::1]:",
        "http://h:0000080"
      })
  void an_upstream_whose_host_we_would_not_take_ourselves_is_refused_at_the_start(String url) {
    assertThatThrownBy(() -> RouteEntries.of(Settings.read(Map.of("TOLLGATE_UPSTREAM", url))))
        .isInstanceOf(SettingFault.class)
        .hasMessageContaining("upstream must name a host")
        .hasMessageContaining("without a zone")
        .hasMessageContaining(url)
        .hasMessageContaining("TOLLGATE_UPSTREAM");
  }

  @Test
  void a_host_of_more_than_255_characters_is_refused_at_the_start() {
    String host = ("a".repeat(63) + '.').repeat(4);
    assertThat(routes("[{path: /, upstream: 'http://" + host.substring(1) + "'}]")).hasSize(1);
    assertThatThrownBy(() -> routes("[{path: /, upstream: 'http://" + host + "'}]"))
        .hasMessageContaining("at most 255 characters");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          interval: 0s                  |must be 100ms to 24h, was 0s
          websocket: true, interval: 0s |must be 100ms to 24h, was 0s
          websocket: true, interval: 9ms|must be 100ms to 24h, was 9ms
          websocket: true, interval: 25h|must be 100ms to 24h, was 25h
          """)
  void an_interval_that_nothing_could_be_paid_by_is_named_with_what_it_is(
      String fields, String why) {
    assertThatThrownBy(() -> routes("[{path: /, upstream: 'http://h', " + fields + "}]"))
        .isInstanceOf(SettingFault.class)
        .hasMessage("routes[0].interval " + why + " (from TOLLGATE_ROUTES:1)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1099511627777", "9223372036854775808"})
  void a_length_of_bodies_that_is_none_is_told_what_would_be(String length) {
    assertThatThrownBy(
            () -> routes("[{path: /, upstream: 'http://h', body-bytes-max: " + length + "}]"))
        .isInstanceOf(SettingFault.class)
        .hasMessageContaining("routes[0].body-bytes-max must be ")
        .hasMessageContaining("0 to 1099511627776, was ")
        .hasMessageContaining(length);
  }

  @Test
  void a_route_may_take_bodies_of_any_length() {
    assertThat(routes("[{path: /, upstream: 'http://h', body-bytes-max: 0}]").get(0).bodyBytesMax())
        .isZero();
  }

  @Test
  void an_unknown_field_is_told_its_nearest() {
    assertThatThrownBy(() -> routes("[{path: /, upsteam: 'http://h'}]"))
        .hasMessageContaining("upsteam")
        .hasMessageContaining("upstream");
  }
}
