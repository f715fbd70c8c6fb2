package io.tollgate.fault;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An exchange that goes on until somebody ends it: a stream of events, say. Thread-safe. */
final class LongExchange implements Closeable {
  private static final Duration SILENCE_MAX = Duration.ofSeconds(30);
  private static final int TRIES = 3;

  private final int gateway;
  private final IssuedKey key;
  private final Stopwatch clock;
  private final CountDownLatch answered = new CountDownLatch(1);
  private volatile boolean flowed;
  private volatile long endedNanos = Stopwatch.NEVER;
  private volatile long leftNanos = Stopwatch.NEVER;
  private volatile @Nullable HttpConnection connection;

  private LongExchange(int gateway, IssuedKey key, Stopwatch clock) {
    this.gateway = gateway;
    this.key = key;
    this.clock = clock;
  }

  /**
   * Begins one and returns when its first bytes have come, or it was refused every time. That a
   * key's first use is served is judged by the load's own; here one must flow, for its end to be
   * seen.
   */
  static LongExchange begin(int gateway, int port, IssuedKey key, Stopwatch clock) {
    LongExchange exchange = tryOnce(gateway, port, key, clock);
    for (int tries = 1; tries < TRIES && !exchange.flowed; tries++) {
      exchange.close();
      exchange = tryOnce(gateway, port, key, clock);
    }
    return exchange;
  }

  private static LongExchange tryOnce(int gateway, int port, IssuedKey key, Stopwatch clock) {
    var exchange = new LongExchange(gateway, key, clock);
    Thread.ofVirtual().start(() -> exchange.run(port));
    try {
      if (!exchange.answered.await(GatewayDoor.DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        exchange.close();
      }
      return exchange;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void run(int port) {
    try (var opened = new HttpConnection(port, SILENCE_MAX)) {
      connection = opened;
      opened.send(HttpConnection.get(SteadyUpstream.STREAM_PATH, "X-API-Key: " + key.secret()));
      flowed = opened.readHead() == 200;
      answered.countDown();
      if (flowed) {
        opened.drain();
      }
    } catch (IOException | RuntimeException e) {
      // However it ends, that it ends is what counts.
      answered.countDown();
    } finally {
      endedNanos = clock.now();
    }
  }

  /** Returns what its client has seen of it so far. */
  Seen seen() {
    return new Seen(gateway, key, flowed, endedNanos < leftNanos ? endedNanos : Stopwatch.NEVER);
  }

  /**
   * What a client saw of its exchange. Immutable.
   *
   * @param flowed whether it ever began
   * @param cutNanos when it was ended by somebody else, or never
   */
  record Seen(int gateway, IssuedKey key, boolean flowed, long cutNanos) {}

  /** Ends it from the client's side. */
  @Override
  public void close() {
    leftNanos = Math.min(leftNanos, clock.now());
    HttpConnection opened = connection;
    if (opened != null) {
      opened.close();
    }
  }
}
