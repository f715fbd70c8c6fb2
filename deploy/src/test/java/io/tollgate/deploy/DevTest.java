package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.store.Awaiting;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dev} as a newcomer meets it, and as a crash leaves it. */
class DevTest {
  private static final String CURL = "^curl -i -H 'Authorization: Bearer (ak_\\w+)' http\\S+$";
  private static final String URL = "^curl -i -H '[^']*' (http\\S+)$";
  private final HttpClient client = HttpClient.newHttpClient();

  private static LaunchedTollgate dev(Path data) {
    return LaunchedTollgate.start(
        Map.of(
            "TOLLGATE_DATA_DIR", data.toString(),
            "TOLLGATE_EDGE_PORT", "0",
            "TOLLGATE_MANAGEMENT_PORT", "0",
            "TOLLGATE_INTERNAL_PORT", "0"),
        "dev");
  }

  private HttpResponse<String> get(String url, String key) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Authorization", "Bearer " + key)
            .timeout(Duration.ofSeconds(10))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static long pid(LaunchedTollgate dev, String store) {
    return Long.parseLong(dev.printed("^" + store + " .*\\(process (\\d+)\\)$"));
  }

  private static void assertGone(long pid) {
    Awaiting.until(
        "process " + pid + " is gone",
        Duration.ofSeconds(30),
        () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  void its_curl_line_works_and_a_kill_leaves_no_process_and_loses_no_key(@TempDir Path data)
      throws Exception {
    String key;
    try (LaunchedTollgate dev = dev(data)) {
      key = dev.printed(CURL);
      String url = dev.printed(URL);
      HttpResponse<String> response = get(url, key);
      assertThat(response.statusCode()).as(dev.output()).isEqualTo(200);
      assertThat(response.body()).contains("/hello", "tollgate-subject").doesNotContain(key);
      assertThat(get(url, "ak_wrong").statusCode()).isEqualTo(401);
      long postgres = pid(dev, "postgres");
      long redis = pid(dev, "redis");
      dev.kill9();
      assertGone(postgres);
      assertGone(redis);
      assertThat(data.resolve("postgres.log")).content().contains("database system is shut down");
    }
    try (LaunchedTollgate again = dev(data)) {
      assertThat(again.printed(CURL)).isEqualTo(key);
      assertThat(get(again.printed(URL), key).statusCode()).isEqualTo(200);
      long postgres = pid(again, "postgres");
      long redis = pid(again, "redis");
      again.signal("INT");
      assertThat(again.exitCode()).as(again.output()).isZero();
      assertGone(postgres);
      assertGone(redis);
    }
  }
}
