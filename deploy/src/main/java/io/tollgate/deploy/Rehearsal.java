package io.tollgate.deploy;

import io.tollgate.key.KeyFormat;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Starts the edge, asks it for a moment and ends, so that the JVM can note what a start needs and
 * the next one find it ready (JEP 483, JEP 514). Run by {@code deploy/tollgate} after a build; it
 * needs no store and touches none.
 */
final class Rehearsal {
  private static final int REQUESTS = 3_000;
  private static final String NO_STORE = "127.0.0.1:1";
  private static final String PEPPER = "this pepper makes keys for a rehearsal alone";

  private Rehearsal() {}

  public static void main(String[] arguments) throws Exception {
    Logs.json("error");
    Vertx vertx = Vertx.vertx();
    int upstream = new DemoUpstream(vertx).listen(0).await();
    Serving serving = Serving.start(settings(upstream), EnumSet.of(Serving.Part.EDGE));
    ask(serving.edgePort());
    serving.stop();
    vertx.close().await();
  }

  private static Settings settings(int upstream) {
    Map<String, String> environment = new HashMap<>();
    environment.put("TOLLGATE_EDGE_HOST", "127.0.0.1");
    environment.put("TOLLGATE_EDGE_PORT", "0");
    environment.put("TOLLGATE_INTERNAL_PORT", "0");
    environment.put("TOLLGATE_SHUTDOWN_READY_DELAY", "0s");
    environment.put("TOLLGATE_PEPPER", PEPPER);
    environment.put("TOLLGATE_REDIS_URL", "redis://" + NO_STORE);
    environment.put("TOLLGATE_POSTGRES_URL", "postgresql://nobody:nothing@" + NO_STORE + "/none");
    environment.put(
        "TOLLGATE_ROUTES",
        "[{path: /, upstream: 'http://127.0.0.1:" + upstream + "', preflight: true}]");
    return Settings.read(environment);
  }

  /** Pre-flights are forwarded without a key; a key is looked for, and no store can tell. */
  private static void ask(int port) throws IOException {
    Secret key = new KeyFormat(new Pepper(List.of(new Secret(PEPPER)))).mint(new SecureRandom());
    String preflight =
        "OPTIONS /a HTTP/1.1\r\nHost: t\r\nOrigin: https://t\r\n"
            + "Access-Control-Request-Method: POST\r\n\r\n";
    String keyed = "GET /a HTTP/1.1\r\nHost: t\r\nX-API-Key: " + key.reveal() + "\r\n\r\n";
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      for (int i = 0; i < REQUESTS; i++) {
        String request = i % 10 == 0 ? keyed : preflight;
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        readResponse(socket.getInputStream());
      }
    }
  }

  private static void readResponse(InputStream input) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int c = input.read();
      if (c < 0) {
        throw new IOException("the edge hung up after: " + head);
      }
      head.append((char) c);
    }
    String lower = head.toString().toLowerCase(Locale.ROOT);
    int start = lower.indexOf("content-length: ") + "content-length: ".length();
    input.skipNBytes(Long.parseLong(lower.substring(start, lower.indexOf('\r', start))));
  }
}
