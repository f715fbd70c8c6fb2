package io.tollgate.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model of one Postgres process. Each session does one statement after the other; a statement
 * sees and changes the state at one moment, and its answer may leave much later.
 */
final class PostgresServer implements Server<PostgresServer.Session> {
  private static final long START_NANOS_MAX = 200 * Scheduler.MICRO;
  private static final long IDLE_NANOS_MAX = 10 * Scheduler.SECOND;
  private static final long SLOW_NANOS_MIN = 5 * Scheduler.MILLI;
  private static final long SLOW_NANOS_MAX = 3 * Scheduler.SECOND;

  /** A connection as the server has it. */
  final class Session {
    private final Connection connection;
    private final Deque<Runnable> inbox = new ArrayDeque<>();
    private @Nullable Runnable reply;
    private @Nullable Runnable notified;
    private long usedNanos;
    private boolean busy;
    private boolean ended;

    private Session(Connection connection) {
      this.connection = connection;
    }

    private void receive(Runnable statement) {
      inbox.add(statement);
      startNext();
    }

    private void startNext() {
      if (!busy && !ended && !inbox.isEmpty()) {
        busy = true;
        unlessFrozen(scheduler.random.nextLong(START_NANOS_MAX), this::execute);
      }
    }

    private void execute() {
      if (ended) {
        return;
      }
      usedNanos = scheduler.nanos();
      inbox.remove().run();
      unlessFrozen(
          scheduler.chance(slowShare) ? scheduler.anyOrder(SLOW_NANOS_MIN, SLOW_NANOS_MAX) : 0,
          this::answer);
    }

    private void answer() {
      Runnable arrival = reply;
      if (arrival != null && !ended) {
        connection.answer(arrival);
      }
      reply = null;
      busy = false;
      startNext();
    }

    /** The client has gone: what it sent before is still done. */
    private void end() {
      ended = inbox.isEmpty();
      sessions.remove(this);
      if (projector == this) {
        projector = null;
      }
    }
  }

  private final Scheduler scheduler;
  private final List<Session> sessions = new ArrayList<>();
  private final List<Runnable> stalled = new ArrayList<>();
  private @Nullable Session projector;
  private PostgresState state;
  private double slowShare;
  private boolean frozen;
  private boolean dead;

  PostgresServer(Scheduler scheduler, PostgresState state) {
    this.scheduler = scheduler;
    this.state = state;
  }

  PostgresState state() {
    return state;
  }

  /** Returns the time by this server's clock. */
  long millis() {
    return scheduler.nanos() / Scheduler.MILLI;
  }

  boolean isDead() {
    return dead;
  }

  boolean isFrozen() {
    return frozen;
  }

  @Override
  public @Nullable Session accept(Connection connection) {
    if (dead) {
      connection.closeByServer();
      return null;
    }
    var session = new Session(connection);
    sessions.add(session);
    connection.onEndAtServer(session::end);
    return session;
  }

  @Override
  public void receive(Session session, Runnable statement) {
    if (!dead && !session.ended) {
      session.receive(statement);
    }
  }

  @Override
  public void reply(Session session, Runnable arrival) {
    session.reply = arrival;
  }

  /** LISTEN: from now on this session is told of every change. */
  void listen(Session session, Runnable arrival) {
    session.notified = arrival;
  }

  /** NOTIFY: a change was committed. */
  void tellOfChange() {
    for (Session session : sessions) {
      Runnable arrival = session.notified;
      if (arrival != null) {
        session.connection.answer(arrival);
      }
    }
  }

  /**
   * Takes the lock of him who projects; returns whether this session has it.
   *
   * <p>A session that was idle for too long is over, and its lock with it.
   */
  boolean tryLock(Session session) {
    Session holder = projector;
    if (holder != null && scheduler.nanos() - holder.usedNanos > IDLE_NANOS_MAX) {
      holder.connection.closeByServer();
      holder.end();
    }
    if (projector == null && sessions.contains(session)) {
      projector = session;
    }
    return projector == session;
  }

  private void unlessFrozen(long delayNanos, Runnable work) {
    Runnable due =
        () -> {
          if (frozen) {
            stalled.add(work);
          } else {
            work.run();
          }
        };
    if (delayNanos == 0) {
      due.run();
    } else {
      scheduler.after(delayNanos, due);
    }
  }

  // ---- faults

  /** From now on, that share of the answers leaves long after what it says was read. */
  void slowDown(double share) {
    slowShare = share;
  }

  void freeze() {
    frozen = true;
  }

  void thaw() {
    frozen = false;
    List<Runnable> works = List.copyOf(stalled);
    stalled.clear();
    works.forEach(Runnable::run);
  }

  void crash() {
    dead = true;
    frozen = false;
    stalled.clear();
    projector = null;
    for (Session session : sessions) {
      session.ended = true;
      session.connection.crash(true);
    }
    sessions.clear();
  }

  void start(PostgresState newState) {
    state = newState;
    dead = false;
  }
}
