package io.tollgate.deploy;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A key to try the gateway with, made through the management API as any other is. */
final class DemoKey {
  private static final String FILE = "demo-key";
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final int SUBJECT_LENGTH = 27;

  private final String api;
  private final String secretKey;

  /**
   * @param api the management API's root
   * @param secretKey the instance's secret key
   */
  DemoKey(String api, String secretKey) {
    this.api = api;
    this.secretKey = secretKey;
  }

  /** Returns the key of the last run, or a new one where there is none or it counts no more. */
  String secret(DataDirectory data) {
    @Nullable String kept = data.read(FILE);
    if (kept != null && !kept.isEmpty() && isValid(kept)) {
      return kept;
    }
    String made = create();
    data.write(FILE, made);
    return made;
  }

  private boolean isValid(String secret) {
    var answer = post("/api_keys/verify", new JsonObject().put("secret", secret));
    return switch (answer.statusCode()) {
      case 200 -> true;
      case 404 -> false;
      default -> throw unexpected("check the demo key", answer);
    };
  }

  private String create() {
    // A subject of its own each time: the name of a key whose secret was lost is still taken.
    var wanted =
        new JsonObject()
            .put("name", "demo")
            .put("subject", "user_" + RandomText.of(SUBJECT_LENGTH));
    var answer = post("/api_keys", wanted);
    if (answer.statusCode() != 200) {
      throw unexpected("make the demo key", answer);
    }
    return new JsonObject(answer.body()).getString("secret");
  }

  private HttpResponse<String> post(String path, JsonObject body) {
    var request =
        HttpRequest.newBuilder(URI.create(api + path))
            .timeout(DEADLINE)
            .header("Authorization", "Bearer " + secretKey)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.encode()))
            .build();
    try (var client = HttpClient.newBuilder().connectTimeout(DEADLINE).build()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new StartFault("management at " + api + " did not answer: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFault("interrupted while the demo key was made");
    }
  }

  private static StartFault unexpected(String what, HttpResponse<String> answer) {
    return new StartFault("management refused to " + what + " with status " + answer.statusCode());
  }
}
