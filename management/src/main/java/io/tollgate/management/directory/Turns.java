package io.tollgate.management.directory;

import io.tollgate.management.scim.ScimError;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The turns of each directory: only some of its requests are worked on at once, so that one that
 * sends many leaves room for the others. Safe for all virtual threads.
 */
final class Turns {
  static final int AT_ONCE = 16;
  static final int WAITING_MAX = 64;
  private static final long PATIENCE_MILLIS = 3_000;
  private static final int RETRY_AFTER_SECONDS = 1;

  private final Map<String, Semaphore> turns = new ConcurrentHashMap<>();

  /**
   * Does some work of a directory when it is its turn.
   *
   * @throws ScimError a 429 where too many wait already, or it waited too long
   */
  <T> T take(String directoryId, Supplier<T> work) {
    Semaphore free = turns.computeIfAbsent(directoryId, absent -> new Semaphore(AT_ONCE, true));
    if (free.getQueueLength() >= WAITING_MAX || !isFree(free)) {
      throw ScimError.comeAgain(
          429,
          "This directory sends more requests than are worked on at once, which are "
              + AT_ONCE
              + ". Please come again.",
          RETRY_AFTER_SECONDS);
    }
    try {
      return work.get();
    } finally {
      free.release();
    }
  }

  /** Returns how many requests of a directory wait for their turn. */
  int waiting(String directoryId) {
    return turns.getOrDefault(directoryId, new Semaphore(AT_ONCE)).getQueueLength();
  }

  private static boolean isFree(Semaphore free) {
    try {
      return free.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
