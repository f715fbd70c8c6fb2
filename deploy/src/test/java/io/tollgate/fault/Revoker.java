package io.tollgate.fault;

import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Revokes a key that is in use every now and then, whether or not earlier calls are answered, and
 * has the key tried at every gateway from the moment in which its revocation is confirmed.
 */
final class Revoker implements Closeable {
  private static final Duration EVERY = Duration.ofMillis(300);
  private static final Duration CONFIRM_DEADLINE = Duration.ofSeconds(15);

  /** When a key is tried after its revocation was confirmed, in milliseconds. */
  private static final int[] TRIED_AFTER = {0, 1, 4, 12, 30, 60, 110, 200, 450, 900};

  private final List<GatewayDoor> doors;
  private final KeyPools keys;
  private final ManagementCalls calls;
  private final Stopwatch clock;
  private final Thread rounds = new Thread(this::revokeInTurn, "revoker");
  private volatile boolean stopped;
  private volatile boolean paused;

  Revoker(List<GatewayDoor> doors, KeyPools keys, ManagementCalls calls, Stopwatch clock) {
    this.doors = doors;
    this.keys = keys;
    this.calls = calls;
    this.clock = clock;
  }

  void start() {
    rounds.setDaemon(true);
    rounds.start();
  }

  private void revokeInTurn() {
    for (long due = clock.now(); !stopped; due += EVERY.toNanos()) {
      clock.until(due);
      IssuedKey key = paused ? null : keys.takeDoomed();
      if (key != null) {
        revokeSoon(key);
      }
    }
  }

  private void revoke(IssuedKey key) {
    Revoke revoke = calls.revoke(key);
    if (revoke.isConfirmed()) {
      long confirmed = revoke.answeredNanos();
      for (GatewayDoor door : doors) {
        Thread.ofVirtual().start(() -> tryAgain(door, key, confirmed));
      }
    }
  }

  private void tryAgain(GatewayDoor door, IssuedKey key, long confirmedNanos) {
    for (int millis : TRIED_AFTER) {
      long due = confirmedNanos + TimeUnit.MILLISECONDS.toNanos(millis);
      clock.until(due);
      door.use(key, false, due);
    }
  }

  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
  }

  /** Revokes one key now, beside the rounds, and does not wait for it. */
  void revokeSoon(IssuedKey key) {
    Thread.ofVirtual().start(() -> revoke(key));
  }

  /** Repeats, as management asks, every call that was not confirmed; returns how many never are. */
  long confirmAll() {
    long deadline = clock.now() + CONFIRM_DEADLINE.toNanos();
    List<IssuedKey> open = open(keys.dead());
    while (!open.isEmpty() && clock.now() < deadline) {
      try (ExecutorService repeats = Executors.newVirtualThreadPerTaskExecutor()) {
        for (IssuedKey key : open) {
          repeats.execute(() -> revoke(key));
        }
      }
      open = open(open);
    }
    return open.size();
  }

  private static List<IssuedKey> open(List<IssuedKey> asked) {
    return asked.stream().filter(key -> !key.isRevoked()).toList();
  }

  @Override
  public void close() {
    stopped = true;
    try {
      rounds.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
