package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's walk with the published Java client, compiled as it stands there and run against
 * {@code dev}, with its addresses for those in the text.
 */
class ReadmeClientTest {
  private static final Pattern PRINTS = Pattern.compile("(?m)^// prints: (.*)$");
  private static final String SUBJECT = "user_2xhFjEI5X2qWRvtV13BzSj8H6Dk";

  private static LaunchedTollgate dev(Path data) {
    return LaunchedTollgate.start(
        Map.of(
            "TOLLGATE_DATA_DIR", data.toString(),
            "TOLLGATE_EDGE_PORT", "0",
            "TOLLGATE_MANAGEMENT_PORT", "0",
            "TOLLGATE_INTERNAL_PORT", "0"),
        "dev");
  }

  private static String replaced(String text, String address, String by) {
    assertThat(text).contains(address);
    return text.replace(address, by);
  }

  /** Puts into a class what a reader would paste into a method. */
  private static String framed(String block) {
    return ReadmeJava.imports(block)
        + "\nclass Walk { public static void main(String[] arguments) throws Exception {\n"
        + ReadmeJava.withoutImports(block)
        + "}}\n";
  }

  /** Runs the walk where the reader stands, beside {@code .tollgate}; returns what it prints. */
  private static List<String> run(Path home) throws Exception {
    Path printed = home.resolve("printed");
    Path failed = home.resolve("failed");
    Process walk =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                home + ":" + ReadmeJava.CLASS_PATH,
                "Walk")
            .directory(home.toFile())
            .redirectOutput(printed.toFile())
            .redirectError(failed.toFile())
            .start();
    try {
      assertThat(walk.waitFor(60, TimeUnit.SECONDS)).as("the walk ends").isTrue();
      assertThat(walk.exitValue()).as(Files.readString(failed)).isZero();
    } finally {
      walk.destroyForcibly();
    }
    return Files.readAllLines(printed);
  }

  private static JsonObject keys(String api, Path data) throws Exception {
    var list =
        HttpRequest.newBuilder(
                URI.create(api + "/v1/api_keys?include_invalid=true&subject=" + SUBJECT))
            .header(
                "Authorization", "Bearer " + Files.readString(data.resolve("secret-key")).strip());
    try (HttpClient client = HttpClient.newHttpClient()) {
      return new JsonObject(client.send(list.build(), HttpResponse.BodyHandlers.ofString()).body());
    }
  }

  @Test
  void the_walk_creates_a_key_uses_it_and_revokes_it(@TempDir Path home) throws Exception {
    String block = ReadmeJava.block("com.clerk");
    List<String> expected = PRINTS.matcher(block).results().map(found -> found.group(1)).toList();
    assertThat(expected)
        .containsExactly("created: 200", "used: 200", "revoked: 200", "used again: 401");
    Path data = home.resolve(".tollgate");
    try (LaunchedTollgate dev = dev(data)) {
      String edge = dev.printed("^edge +(http\\S+)$");
      String api = dev.printed("^management +(http\\S+)$");
      String here = replaced(block, "http://127.0.0.1:8080", edge);
      ReadmeJava.compile(framed(replaced(here, "http://127.0.0.1:8081", api)), "Walk", home);
      assertThat(run(home)).as(dev.output()).isEqualTo(expected);

      JsonObject key =
          keys(api, data).getJsonArray("data").stream()
              .map(JsonObject.class::cast)
              .filter(one -> one.getString("name").startsWith("readme "))
              .findFirst()
              .orElseThrow();
      assertThat(key.getBoolean("revoked")).isTrue();
      assertThat(key.getString("revocation_reason")).isEqualTo("shown in a README");
    }
  }
}
