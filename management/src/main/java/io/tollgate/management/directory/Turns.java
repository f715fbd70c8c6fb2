package io.tollgate.management.directory;

import io.tollgate.management.scim.ScimError;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The turns of all directories: only some requests of each are worked on at once, and only some of
 * all together, so that they leave room for each other and for the rest of management. A place that
 * becomes free goes to whoever has the fewest at work. Safe for all virtual threads.
 */
final class Turns {
  /** Of one directory, which never has the last place of all: what it does may take seconds. */
  static final int AT_ONCE_MAX = 8;

  static final int WAITING_MAX = 64;

  /** Of all together. */
  static final int WAITING_IN_ALL_MAX = 1_024;

  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final int RETRY_AFTER_SECONDS = 1;

  private static final class Waiting {
    final Condition changed;
    boolean isIn;

    Waiting(Condition changed) {
      this.changed = changed;
    }
  }

  /** Those of one directory. */
  private static final class Line {
    final Deque<Waiting> waiting = new ArrayDeque<>();
    int atWork;

    /** When the last of them was let in. */
    long number;
  }

  private final Duration patience;
  private final int places;
  private final int atOnce;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Line> lines = new HashMap<>();
  private int atWork;
  private int waiting;
  private long numbers;

  /**
   * Makes turns.
   *
   * @param places how many are worked on at once, of all directories together
   */
  Turns(int places) {
    this(places, PATIENCE);
  }

  Turns(int places, Duration patience) {
    this.patience = patience;
    this.places = Math.max(1, places);
    atOnce = Math.clamp(places - 1, 1, AT_ONCE_MAX);
  }

  /** Returns how many requests of one directory are worked on at once. */
  int atOnce() {
    return atOnce;
  }

  /**
   * Does some work when it is its turn. It must not take another turn.
   *
   * @param whose of which only some are done at once, such as a directory's id
   * @throws ScimError a 429 where too many wait already, or it waited too long
   */
  <T> T take(String whose, Supplier<T> work) {
    enter(whose);
    try {
      return work.get();
    } finally {
      leave(whose);
    }
  }

  /**
   * Waits, amid its turn, for something that costs nothing here: others may have the place
   * meanwhile, of whatever directory, while it still counts as one of its own. Afterwards it goes
   * on at once, since what it has done can't be sent away any more.
   */
  void aside(Runnable wait) {
    place(-1);
    try {
      wait.run();
    } finally {
      place(1);
    }
  }

  private void place(int more) {
    lock.lock();
    try {
      atWork += more;
      letIn();
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many requests of a directory wait for their turn. */
  int waiting(String whose) {
    lock.lock();
    try {
      Line line = lines.get(whose);
      return line == null ? 0 : line.waiting.size();
    } finally {
      lock.unlock();
    }
  }

  private void enter(String whose) {
    lock.lock();
    try {
      Line line = lines.computeIfAbsent(whose, absent -> new Line());
      if (line.waiting.isEmpty() && line.atWork < atOnce && atWork < places) {
        count(line);
        return;
      }
      if (line.waiting.size() >= WAITING_MAX || waiting >= WAITING_IN_ALL_MAX) {
        forgetIfIdle(whose, line);
        throw tooMany();
      }
      var self = new Waiting(lock.newCondition());
      line.waiting.add(self);
      waiting++;
      await(whose, line, self);
    } finally {
      lock.unlock();
    }
  }

  private void await(String whose, Line line, Waiting self) {
    long left = patience.toNanos();
    try {
      while (!self.isIn && left > 0) {
        left = self.changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      if (self.isIn) {
        // Whose turn it was not to be.
        free(whose, line);
        throw tooMany();
      }
    }
    if (!self.isIn) {
      line.waiting.remove(self);
      waiting--;
      forgetIfIdle(whose, line);
      throw tooMany();
    }
  }

  private void leave(String whose) {
    lock.lock();
    try {
      free(whose, Objects.requireNonNull(lines.get(whose), "it has one at work"));
    } finally {
      lock.unlock();
    }
  }

  private void free(String whose, Line line) {
    line.atWork--;
    atWork--;
    letIn();
    forgetIfIdle(whose, line);
  }

  private void count(Line line) {
    line.atWork++;
    line.number = ++numbers;
    atWork++;
  }

  private void letIn() {
    Optional<Line> next = next();
    while (atWork < places && next.isPresent()) {
      Line line = next.get();
      Waiting first = line.waiting.remove();
      waiting--;
      count(line);
      first.isIn = true;
      first.changed.signal();
      next = next();
    }
  }

  /** Who has the fewest at work; among several they take turns. */
  private Optional<Line> next() {
    return lines.values().stream()
        .filter(line -> !line.waiting.isEmpty() && line.atWork < atOnce)
        .min(
            Comparator.<Line>comparingInt(line -> line.atWork)
                .thenComparingLong(line -> line.number));
  }

  private void forgetIfIdle(String whose, Line line) {
    if (line.atWork == 0 && line.waiting.isEmpty()) {
      lines.remove(whose);
    }
  }

  private ScimError tooMany() {
    return ScimError.comeAgain(
        429,
        "More requests come than are worked on at once, which are "
            + atOnce
            + " of a directory and "
            + places
            + " of all together. Please come again.",
        RETRY_AFTER_SECONDS);
  }
}
