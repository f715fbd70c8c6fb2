package io.tollgate.simulation;

import io.tollgate.store.RedisNames;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A model of one Redis process: an event loop whose cycles serve the commands that have come,
 * announce which documents changed, and only then let answers and announcements go.
 *
 * <p>So an answer of the same cycle stands before the announcement, and a writer hears of its
 * success when the announcements are under way already. {@code RedisModelTest} holds it to the real
 * one.
 */
final class RedisServer implements Server<RedisServer.Session> {
  private static final long CYCLE_NANOS_MAX = 60 * Scheduler.MICRO;
  private static final long LONG_CYCLE_NANOS_MAX = 3 * Scheduler.MILLI;
  private static final double PART_CHANCE = 0.1;
  private static final int SCAN_COUNT = 5;

  /** Hears what a connection that tracks changes is told. */
  interface Announcements {
    void changed(List<String> names);

    void flushed();
  }

  /** Hears of each change to the data set, to carry it to a replica. */
  interface Effects {
    /** A text was set, or removed where it is null. */
    void set(String name, @Nullable String text);

    void flush();
  }

  /** A connection as the server has it. */
  final class Session {
    private final Connection connection;
    private final Deque<Runnable> inbox = new ArrayDeque<>();
    private final List<Runnable> outbox = new ArrayList<>();
    private @Nullable Announcements announcements;
    private @Nullable Runnable afterAnswer;

    private Session(Connection connection) {
      this.connection = connection;
    }

    RedisServer server() {
      return RedisServer.this;
    }

    /** CLIENT TRACKING ON BCAST PREFIX: from now on every change of a document is announced. */
    void track(Announcements listener) {
      announcements = listener;
    }

    private void end() {
      sessions.remove(this);
      inbox.clear();
    }
  }

  private final Scheduler scheduler;
  private final String runId;
  private final DoubleSupplier longCycles;
  private final Map<String, String> texts;
  private final List<Session> sessions = new ArrayList<>();
  private final List<Session> waiting = new ArrayList<>();
  private final TreeSet<String> changed = new TreeSet<>();
  private @Nullable Effects effects;
  private Consumer<List<Cable>> afterWrites = cables -> {};
  private boolean wrote;
  private boolean cycling;
  private boolean frozen;
  private boolean dead;

  RedisServer(
      Scheduler scheduler, String runId, DoubleSupplier longCycles, Map<String, String> data) {
    this.scheduler = scheduler;
    this.runId = runId;
    this.longCycles = longCycles;
    texts = new HashMap<>(data);
  }

  String runId() {
    return runId;
  }

  boolean isDead() {
    return dead;
  }

  /** Returns the names of all documents, in an order of their own. */
  List<String> documents() {
    return texts.keySet().stream().filter(RedisServer::isDocument).sorted().toList();
  }

  private static boolean isDocument(String name) {
    return name.startsWith(RedisNames.RECORD_PREFIX);
  }

  Map<String, String> dump() {
    return Map.copyOf(texts);
  }

  void onEffects(@Nullable Effects listener) {
    effects = listener;
  }

  /**
   * Names who hears, at the end of a cycle that wrote, that everything is on its way; told by which
   * cables an answer goes in front of an announcement.
   */
  void onWrites(Consumer<List<Cable>> listener) {
    afterWrites = listener;
  }

  // ---- connections

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
  public void receive(Session session, Runnable command) {
    if (dead || !sessions.contains(session)) {
      return;
    }
    session.inbox.add(command);
    if (!waiting.contains(session)) {
      waiting.add(session);
    }
    startCycle();
  }

  @Override
  public void reply(Session session, Runnable arrival) {
    session.outbox.add(arrival);
  }

  private void startCycle() {
    if (!cycling && !frozen && !dead) {
      cycling = true;
      long most =
          scheduler.chance(longCycles.getAsDouble()) ? LONG_CYCLE_NANOS_MAX : CYCLE_NANOS_MAX;
      scheduler.after(scheduler.random.nextLong(most), this::cycle);
    }
  }

  private void cycle() {
    cycling = false;
    if (frozen || dead) {
      return;
    }
    List<Session> ready = new ArrayList<>(waiting);
    waiting.clear();
    while (!ready.isEmpty()) {
      serve(ready.remove(scheduler.random.nextInt(ready.size())));
    }
    endCycle();
    if (!waiting.isEmpty()) {
      startCycle();
    }
  }

  private void serve(Session session) {
    int commands = session.inbox.size();
    if (commands > 1 && scheduler.chance(PART_CHANCE)) {
      // The rest was still on its way into the process.
      commands = scheduler.random.nextInt(1, commands);
      waiting.add(session);
    }
    for (; commands > 0 && !session.inbox.isEmpty(); commands--) {
      session.inbox.remove().run();
      Runnable next = session.afterAnswer;
      if (next != null) {
        session.outbox.add(next);
        session.afterAnswer = null;
      }
    }
  }

  /** Announces, then lets everything go. */
  void endCycle() {
    List<Cable> answeredFirst = new ArrayList<>();
    if (!changed.isEmpty()) {
      List<String> names = List.copyOf(changed);
      changed.clear();
      for (Session session : sessions) {
        Announcements listener = session.announcements;
        if (listener != null) {
          if (!session.outbox.isEmpty()) {
            answeredFirst.add(session.connection.cable());
          }
          session.outbox.add(() -> listener.changed(names));
        }
      }
    }
    for (Session session : sessions) {
      if (!session.outbox.isEmpty()) {
        session.outbox.forEach(session.connection::answer);
        session.outbox.clear();
      }
    }
    if (wrote) {
      wrote = false;
      afterWrites.accept(answeredFirst);
    }
  }

  // ---- commands

  /** GET, and GETRANGE of the whole; empty where there is nothing. */
  String get(String name) {
    return texts.getOrDefault(name, "");
  }

  void set(String name, String text) {
    texts.put(name, text);
    touch(name, text);
  }

  /** UNLINK, eviction, expiry: what is not there is not announced. */
  boolean remove(String name) {
    if (texts.remove(name) == null) {
      return false;
    }
    touch(name, null);
    return true;
  }

  /** The projector's script: writes if {@code applied} is exactly the expected text. */
  boolean writeIf(String expected, String next, Map<String, String> writes) {
    if (!get(RedisNames.APPLIED).equals(expected)) {
      return false;
    }
    writes.forEach(
        (name, text) -> {
          set(name, text);
          if (text.isEmpty()) {
            remove(name);
          }
        });
    set(RedisNames.APPLIED, next);
    wrote = true;
    return true;
  }

  /** Returns some names of documents that follow one in the order of this model's scan. */
  List<String> scan(String after) {
    return documents().stream()
        .filter(name -> name.compareTo(after) > 0)
        .limit(SCAN_COUNT)
        .toList();
  }

  /**
   * FLUSHALL: told at once, not at the end of the cycle, and without names; whoever does it hears
   * the answer first.
   */
  void flush(@Nullable Session by) {
    texts.clear();
    for (Session session : sessions) {
      Announcements listener = session.announcements;
      if (listener != null && session == by) {
        session.afterAnswer = listener::flushed;
      } else if (listener != null) {
        session.outbox.add(listener::flushed);
      }
    }
    if (effects != null) {
      effects.flush();
    }
  }

  private void touch(String name, @Nullable String text) {
    if (isDocument(name)) {
      changed.add(name);
    }
    if (effects != null) {
      effects.set(name, text);
    }
  }

  // ---- faults

  void freeze() {
    frozen = true;
  }

  void thaw() {
    frozen = false;
    startCycle();
  }

  /** The process ends at once; {@code noticed} tells whether its connections' peers hear of it. */
  void crash(boolean noticed) {
    dead = true;
    for (Session session : sessions) {
      session.connection.crash(noticed);
    }
    sessions.clear();
  }

  /** All connections end but those by these cables. */
  void endAllBut(Set<Cable> left) {
    for (Session session : List.copyOf(sessions)) {
      if (!left.contains(session.connection.cable())) {
        session.connection.crash(true);
        session.end();
      }
    }
  }

  /** Does as the master did. */
  void replay(String name, @Nullable String text) {
    if (text == null) {
      texts.remove(name);
    } else {
      texts.put(name, text);
    }
  }

  /** Something other than our own commands acts within the loop. */
  void interfere(Runnable command) {
    if (!dead) {
      command.run();
      endCycle();
    }
  }

  @Override
  public String toString() {
    return runId
        + (dead ? " dead" : "")
        + (frozen ? " frozen" : "")
        + (cycling ? " cycling" : "")
        + " sessions "
        + sessions.size()
        + " waiting "
        + waiting.size()
        + " texts "
        + texts.size();
  }
}
