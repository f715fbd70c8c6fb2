package io.tollgate.fault;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Clients that use some keys through one life of a gateway, each one request after the other, and
 * remember what they got.
 */
final class KillLoad implements Closeable {
  static final int CLIENTS = 8;
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(5);
  private static final double SLOW = 0.2;
  private static final double BREAK = 0.02;

  private final int port;
  private final List<IssuedKey> keys;
  private final Stopwatch clock;
  private final Map<String, Got> got = new ConcurrentHashMap<>();
  private final List<Thread> clients = new ArrayList<>();
  private volatile boolean stopped;

  /** What the clients know of one key: what they sent, and what was answered by 200 and by 502. */
  static final class Got {
    final AtomicLong sent = new AtomicLong();
    final AtomicLong answered = new AtomicLong();
    final AtomicLong broken = new AtomicLong();
  }

  KillLoad(int port, List<IssuedKey> keys, Stopwatch clock, SplittableRandom random) {
    this.port = port;
    this.keys = keys;
    this.clock = clock;
    keys.forEach(key -> got.put(key.id(), new Got()));
    for (int client = 0; client < CLIENTS; client++) {
      RandomGenerator own = random.split();
      clients.add(Thread.ofVirtual().start(() -> use(own)));
    }
  }

  private void use(RandomGenerator random) {
    while (!stopped) {
      try (var connection = new HttpConnection(port, DEADLINE)) {
        while (!stopped && connection.isReusable()) {
          useOnce(connection, random);
          clock.pass(PAUSE);
        }
      } catch (IOException | RuntimeException e) {
        // It was killed, or does not listen yet.
        clock.pass(PAUSE);
      }
    }
  }

  private void useOnce(HttpConnection connection, RandomGenerator random) throws IOException {
    IssuedKey key = keys.get(random.nextInt(keys.size()));
    Got ofKey = got(key);
    double lot = random.nextDouble();
    String field = "X-API-Key: " + key.secret();
    boolean breaks = lot < BREAK;
    byte[] request =
        breaks
            // One that is never sent a second time.
            ? HttpConnection.post(CountingUpstream.BREAK_PATH, "{}", field)
            : HttpConnection.get(lot < BREAK + SLOW ? CountingUpstream.SLOW_PATH : "/", field);
    ofKey.sent.incrementAndGet();
    connection.send(request);
    int status = connection.read().status();
    if (status == 200) {
      ofKey.answered.incrementAndGet();
    } else if (breaks && status == 502) {
      ofKey.broken.incrementAndGet();
    }
  }

  Got got(IssuedKey key) {
    return Objects.requireNonNull(got.get(key.id()), "a key of this life");
  }

  List<IssuedKey> keys() {
    return keys;
  }

  @Override
  public void close() {
    stopped = true;
    for (Thread client : clients) {
      try {
        client.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
