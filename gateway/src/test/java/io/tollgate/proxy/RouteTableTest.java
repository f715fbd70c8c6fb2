package io.tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.access.Scopes;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTableTest {
  private static RouteTable table(String... paths) {
    List<Route> routes = new ArrayList<>();
    for (String path : paths) {
      routes.add(Route.to(path, "http://h:1"));
    }
    return RouteTable.of(routes);
  }

  private static @Nullable String found(RouteTable table, String path) {
    byte[] bytes = path.getBytes(StandardCharsets.US_ASCII);
    Route route = table.find(bytes, 0, bytes.length);
    return route == null ? null : route.path();
  }

  @Test
  void the_longest_prefix_on_segment_boundaries_wins() {
    RouteTable table = table("/", "/a", "/a/b", "/ab");
    assertThat(found(table, "/")).isEqualTo("/");
    assertThat(found(table, "/a")).isEqualTo("/a");
    assertThat(found(table, "/a/")).isEqualTo("/a");
    assertThat(found(table, "/a/c")).isEqualTo("/a");
    assertThat(found(table, "/a/b")).isEqualTo("/a/b");
    assertThat(found(table, "/a/b/c/d")).isEqualTo("/a/b");
    assertThat(found(table, "/a/bc")).isEqualTo("/a");
    assertThat(found(table, "/ab")).isEqualTo("/ab");
    assertThat(found(table, "/abc")).isEqualTo("/");
  }

  @Test
  void without_a_root_route_the_rest_is_not_found() {
    assertThat(found(table("/a/b"), "/a")).isNull();
    assertThat(found(table("/a/b"), "/")).isNull();
  }

  @Test
  void a_slash_at_the_end_of_a_routes_path_counts_for_nothing() {
    assertThat(found(table("/a/"), "/a")).isEqualTo("/a");
    assertThatThrownBy(() -> table("/a/", "/a")).hasMessageContaining("one route per path");
  }

  @Test
  void the_tree_agrees_with_a_plain_search() {
    var random = new Random(5);
    for (int round = 0; round < 300; round++) {
      Set<String> paths = new java.util.HashSet<>();
      for (int i = 0; i < 12; i++) {
        paths.add(path(random));
      }
      RouteTable table = table(paths.toArray(String[]::new));
      for (int i = 0; i < 50; i++) {
        String asked = path(random);
        assertThat(found(table, asked)).as("%s in %s", asked, paths).isEqualTo(plain(paths, asked));
      }
    }
  }

  private static String path(Random random) {
    var path = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      path.append('/').append(List.of("a", "b", "aa", "ab", "ba").get(random.nextInt(5)));
    }
    return path.isEmpty() ? "/" : path.toString();
  }

  private static @Nullable String plain(Set<String> paths, String asked) {
    return paths.stream()
        .filter(p -> p.equals("/") || asked.equals(p) || asked.startsWith(p + "/"))
        .max(Comparator.comparingInt(String::length))
        .orElse(null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "/a/../b", "/a//b", "/a?b", "/a;b", "/a%2fb"})
  void a_path_that_no_request_could_have_is_refused(String path) {
    assertThatThrownBy(() -> Route.to(path, "http://h"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("path")
        .hasMessageContaining(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://h",
        "h:80",
        "http://",
        "http:///x",
        "http://h?q",
        "http://h#f",
        "http://h/../x"
      })
  void an_upstream_that_is_no_address_is_refused(String upstream) {
    assertThatThrownBy(() -> Route.to("/", upstream)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_password_in_an_upstream_is_refused_and_not_shown() {
    assertThatThrownBy(() -> Route.to("/", "http://user:hunter2@h"))
        .hasMessageContaining("upstream")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void unknown_methods_and_an_empty_list_of_credentials_are_refused() {
    URI upstream = URI.create("http://h");
    var both = EnumSet.allOf(CredentialHeader.class);
    assertThatThrownBy(() -> new Route("/", upstream, Scopes.NONE, Set.of("get"), both))
        .hasMessageContaining("methods")
        .hasMessageContaining("\"get\"");
    assertThatThrownBy(() -> new Route("/", upstream, Scopes.NONE, Set.of("CONNECT"), both))
        .hasMessageContaining("CONNECT");
    assertThatThrownBy(() -> new Route("/", upstream, Scopes.NONE, Set.of(), Set.of()))
        .hasMessageContaining("credentials");
  }
}
