package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.Version;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The floors under Netty and Vert.x: below them stand known faults at request boundaries. */
class NettyVersionTest {
  private static final String NETTY_FLOOR = "4.2.18.Final";
  private static final String VERTX_FLOOR = "5.0.12";
  private static final Pattern RELEASE = Pattern.compile("\\d+\\.\\d+\\.\\d+(\\.Final)?");

  @Test
  void every_netty_artifact_on_the_class_path_is_at_or_above_the_floor() {
    assertThat(below(NETTY_FLOOR, nettyOnTheClassPath())).isEmpty();
  }

  @Test
  void the_artifacts_that_read_requests_are_among_those_compared() {
    assertThat(nettyOnTheClassPath())
        .containsKeys("netty-transport", "netty-handler", "netty-codec-http", "netty-codec-http2");
  }

  @Test
  void vertx_core_is_at_or_above_the_floor() throws IOException {
    assertThat(below(VERTX_FLOOR, Map.of("vertx-core", vertxOnTheClassPath()))).isEmpty();
  }

  @Test
  void an_older_version_is_found_whichever_part_of_it_is_lower() {
    assertThat(below(NETTY_FLOOR, Map.of("a", "4.2.17.Final"))).containsExactly("a 4.2.17.Final");
    assertThat(below(NETTY_FLOOR, Map.of("a", "4.1.130.Final"))).containsExactly("a 4.1.130.Final");
    assertThat(below(NETTY_FLOOR, Map.of("a", "3.10.99.Final"))).containsExactly("a 3.10.99.Final");
    assertThat(below(VERTX_FLOOR, Map.of("a", "5.0.9"))).containsExactly("a 5.0.9");
  }

  @Test
  void one_older_artifact_among_newer_ones_is_found() {
    Map<String, String> mixed =
        Map.of("a", "4.2.18.Final", "b", "4.2.9.Final", "c", "4.3.0.Final", "d", "5.0.0.Final");
    assertThat(below(NETTY_FLOOR, mixed)).containsExactly("b 4.2.9.Final");
  }

  @Test
  void what_is_no_release_counts_as_older() {
    assertThat(below(NETTY_FLOOR, Map.of("a", "4.2.19.RC1"))).containsExactly("a 4.2.19.RC1");
    assertThat(below(VERTX_FLOOR, Map.of("a", "5.1.0-SNAPSHOT")))
        .containsExactly("a 5.1.0-SNAPSHOT");
  }

  private static Map<String, String> nettyOnTheClassPath() {
    Map<String, String> versions = new TreeMap<>();
    Version.identify()
        .forEach((artifact, version) -> versions.put(artifact, version.artifactVersion()));
    return versions;
  }

  private static String vertxOnTheClassPath() throws IOException {
    try (InputStream version =
        Vertx.class.getResourceAsStream("/META-INF/vertx/vertx-version.txt")) {
      byte[] text = Objects.requireNonNull(version, "vertx-core names no version").readAllBytes();
      return new String(text, StandardCharsets.UTF_8).strip();
    }
  }

  private static List<String> below(String floor, Map<String, String> versions) {
    List<String> older = new ArrayList<>();
    versions.forEach(
        (artifact, version) -> {
          if (!RELEASE.matcher(version).matches()
              || Arrays.compare(numbers(version), numbers(floor)) < 0) {
            older.add(artifact + ' ' + version);
          }
        });
    return older;
  }

  private static int[] numbers(String release) {
    return Arrays.stream(release.replace(".Final", "").split("\\."))
        .mapToInt(Integer::parseInt)
        .toArray();
  }
}
