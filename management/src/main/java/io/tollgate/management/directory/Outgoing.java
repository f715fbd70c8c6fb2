package io.tollgate.management.directory;

import io.tollgate.management.scim.ScimError;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Answers on their way: each takes room from when its text is made until its client has taken it,
 * so that those who ask and do not read can't fill the memory. One directory has a part of the room
 * at most, and who takes nothing for too long is hung up on. Safe for all virtual threads.
 */
final class Outgoing {
  /** Of all answers together, but for a single one that is of more. */
  static final long BYTES_MAX = 64L << 20;

  /** Answers of fewer need no room: as many connections as there may be hold little of them. */
  static final int SMALL_BYTES = 64 << 10;

  /** What one directory has of all, but for a single answer that is of more. */
  private static final int PARTS = 4;

  /** Short, since the turn is held meanwhile, which bounds those that wait. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** How long an answer may take, however slow the line is. */
  private static final Duration TAKEN_WITHIN = Duration.ofSeconds(10);

  /** What the line has to carry after that: large answers take longer. */
  private static final long BYTES_PER_MILLI_MIN = 1_024;

  private static final int RETRY_AFTER_SECONDS = 1;

  private final long bytesMax;
  private final Duration patience;
  private final Duration takenWithin;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();
  private final Map<String, Long> heldBy = new HashMap<>();
  private long held;

  /** The room of one answer. */
  final class Room {
    private final String whose;
    private final int bytes;
    private final AtomicBoolean isLeft = new AtomicBoolean();

    private Room(String whose, int bytes) {
      this.whose = whose;
      this.bytes = bytes;
    }

    /** Gives the room back; doing so again does nothing. */
    void leave() {
      if (isLeft.compareAndSet(false, true)) {
        free(whose, bytes);
      }
    }
  }

  Outgoing() {
    this(BYTES_MAX, PATIENCE, TAKEN_WITHIN);
  }

  Outgoing(long bytesMax, Duration patience, Duration takenWithin) {
    this.bytesMax = bytesMax;
    this.patience = patience;
    this.takenWithin = takenWithin;
  }

  /** Returns how many bytes of answers are on their way. */
  long held() {
    lock.lock();
    try {
      return held;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes room for an answer; waits a moment for it.
   *
   * @throws ScimError a 429 where there is none
   */
  Room take(String whose, Buffer text) {
    int bytes = text.length() < SMALL_BYTES ? 0 : text.length();
    lock.lock();
    try {
      long left = patience.toNanos();
      while (!fits(whose, bytes)) {
        if (left <= 0) {
          throw noRoom();
        }
        left = freed.awaitNanos(left);
      }
      if (bytes > 0) {
        held += bytes;
        heldBy.merge(whose, (long) bytes, Long::sum);
      }
      return new Room(whose, bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw noRoom();
    } finally {
      lock.unlock();
    }
  }

  private boolean fits(String whose, int bytes) {
    if (bytes == 0 || held == 0) {
      return true;
    }
    long own = heldBy.getOrDefault(whose, 0L);
    return held + bytes <= bytesMax && (own == 0 || own + bytes <= bytesMax / PARTS);
  }

  private void free(String whose, long bytes) {
    if (bytes == 0) {
      return;
    }
    lock.lock();
    try {
      held -= bytes;
      heldBy.computeIfPresent(whose, (key, own) -> own == bytes ? null : own - bytes);
      freed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Sends an answer on its loop, and hangs up on whoever does not take it. */
  void send(RoutingContext exchange, Room room, Buffer text) {
    if (room.bytes == 0) {
      exchange.response().end(text);
      return;
    }
    long millis = takenWithin.toMillis() + room.bytes / BYTES_PER_MILLI_MIN;
    var connection = exchange.request().connection();
    // Of what waits in a connection that is closed nobody may hear again, hence the room by the
    // timer.
    long timer =
        exchange
            .vertx()
            .setTimer(
                millis,
                rang -> {
                  hangUp(connection);
                  room.leave();
                });
    exchange
        .response()
        .end(text)
        .onComplete(
            ended -> {
              exchange.vertx().cancelTimer(timer);
              room.leave();
            });
  }

  /** At once: to be closed in good order a connection would wait for what it has to write yet. */
  private static void hangUp(HttpConnection connection) {
    if (connection instanceof ConnectionBase base) {
      // From below the handler that would wait for what is to be written yet.
      var unused = base.channel().pipeline().firstContext().close();
    } else {
      connection.close();
    }
  }

  private static ScimError noRoom() {
    return ScimError.comeAgain(
        429,
        "Answers are asked for faster than they are taken. Please read those that are on their way"
            + " and come again.",
        RETRY_AFTER_SECONDS);
  }
}
