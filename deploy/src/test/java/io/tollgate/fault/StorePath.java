package io.tollgate.fault;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The way of one process to one store: a port that leads to the store's, and that can be broken as
 * networks break. Safe for all threads.
 */
final class StorePath implements Closeable {
  private static final int BUFFER_BYTES = 16 * 1024;
  private static final byte[] END = {};
  private static final int CONNECT_MILLIS_MAX = 1_000;
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** What becomes of bytes. What is held back comes later, as TCP would send it again. */
  private enum State {
    OPEN,
    CUT,
    BOTH_HELD,
    QUESTIONS_HELD,
    ANSWERS_HELD
  }

  private enum Direction {
    QUESTIONS,
    ANSWERS
  }

  private final ServerSocket entrance;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean breakNextAnswer = new AtomicBoolean();
  private volatile int storePort;
  private volatile State state = State.OPEN;
  private volatile long delayNanos;
  private volatile boolean closed;

  StorePath(int storePort) {
    this.storePort = storePort;
    try {
      entrance = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return entrance.getLocalPort();
  }

  /** Resets every connection, and each new one as it comes. */
  void cut() {
    state = State.CUT;
    reset();
  }

  /** Lets nothing through either way, and says nothing about it. */
  void hold() {
    state = State.BOTH_HELD;
  }

  /** Lets answers through, but no questions. */
  void holdQuestions() {
    state = State.QUESTIONS_HELD;
  }

  /** Lets questions through, but no answers. */
  void holdAnswers() {
    state = State.ANSWERS_HELD;
  }

  /** Makes every byte that much later, each way. */
  void delay(long millis) {
    delayNanos = TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** Lets half of the next answer through and resets its connection. */
  void breakNextAnswer() {
    breakNextAnswer.set(true);
  }

  /** Resets the connections there are; new ones pass. */
  void reset() {
    links.forEach(Link::reset);
  }

  void heal() {
    delayNanos = 0;
    breakNextAnswer.set(false);
    state = State.OPEN;
  }

  /** Leads to another store from now on, as a name does that was given to another server. */
  void leadTo(int port) {
    storePort = port;
    reset();
  }

  @Override
  public void close() {
    closed = true;
    try {
      entrance.close();
    } catch (IOException e) {
      // As closed as can be.
    }
    reset();
  }

  private void accept() {
    while (!closed) {
      try {
        Socket asking = entrance.accept();
        Thread.ofVirtual().start(() -> join(asking));
      } catch (IOException e) {
        // The entrance was closed.
      }
    }
  }

  private void join(Socket asking) {
    var link = new Link(asking, new Socket());
    links.add(link);
    try {
      if (!awaitPassage(Direction.QUESTIONS, link)) {
        link.reset();
        return;
      }
      var store = new InetSocketAddress(InetAddress.getLoopbackAddress(), storePort);
      link.store.connect(store, CONNECT_MILLIS_MAX);
      asking.setTcpNoDelay(true);
      link.store.setTcpNoDelay(true);
      Thread.ofVirtual().start(() -> pump(link, asking, link.store, Direction.QUESTIONS));
      pump(link, link.store, asking, Direction.ANSWERS);
    } catch (IOException e) {
      link.reset();
    }
  }

  /** Reads what comes, and leaves the rest to {@link #deliver}: so a delay holds up nobody else. */
  private void pump(Link link, Socket from, Socket to, Direction direction) {
    BlockingQueue<Bytes> line = new LinkedBlockingQueue<>();
    Thread.ofVirtual().start(() -> deliver(link, line, to, direction));
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        line.add(new Bytes(Arrays.copyOf(buffer, count), System.nanoTime()));
      }
      line.add(new Bytes(END, System.nanoTime()));
    } catch (IOException e) {
      link.reset();
    }
  }

  private void deliver(Link link, BlockingQueue<Bytes> line, Socket to, Direction direction) {
    try {
      OutputStream out = to.getOutputStream();
      for (Bytes next = take(line, link); next != null; next = take(line, link)) {
        next.await(delayNanos);
        if (!awaitPassage(direction, link)) {
          link.reset();
          return;
        }
        if (next.content.length == 0) {
          link.half(to);
          return;
        }
        if (direction == Direction.ANSWERS && breakNextAnswer.compareAndSet(true, false)) {
          out.write(next.content, 0, next.content.length / 2);
          link.reset();
          return;
        }
        out.write(next.content);
      }
    } catch (IOException e) {
      link.reset();
    }
  }

  private @Nullable Bytes take(BlockingQueue<Bytes> line, Link link) {
    try {
      while (!link.isOver && !closed) {
        Bytes next = line.poll(1, TimeUnit.SECONDS);
        if (next != null) {
          return next;
        }
      }
      return null;
    } catch (InterruptedException e) {
      return null;
    }
  }

  /** What was read at once, and when. */
  private static final class Bytes {
    private final byte[] content;
    private final long readNanos;

    Bytes(byte[] content, long readNanos) {
      this.content = content;
      this.readNanos = readNanos;
    }

    void await(long delayNanos) {
      for (long left = left(delayNanos); left > 0; left = left(delayNanos)) {
        LockSupport.parkNanos(left);
      }
    }

    private long left(long delayNanos) {
      return delayNanos == 0 ? 0 : readNanos + delayNanos - System.nanoTime();
    }
  }

  /** Waits as long as the path holds; the answer is whether what waited may pass. */
  private boolean awaitPassage(Direction direction, Link link) {
    while (isHeld(direction) && !link.isOver && !closed) {
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
    return state != State.CUT && !link.isOver && !closed;
  }

  private boolean isHeld(Direction direction) {
    return switch (state) {
      case OPEN, CUT -> false;
      case BOTH_HELD -> true;
      case QUESTIONS_HELD -> direction == Direction.QUESTIONS;
      case ANSWERS_HELD -> direction == Direction.ANSWERS;
    };
  }

  /** Two connections that are one. */
  private final class Link {
    private final Socket asking;
    private final Socket store;
    private final AtomicBoolean halfOver = new AtomicBoolean();
    private volatile boolean isOver;

    Link(Socket asking, Socket store) {
      this.asking = asking;
      this.store = store;
    }

    /** Ends both at once, with what was under way in them. */
    void reset() {
      isOver = true;
      links.remove(this);
      reset(asking);
      reset(store);
    }

    private static void reset(Socket socket) {
      try (socket) {
        socket.setSoLinger(true, 0);
      } catch (IOException e) {
        // It has ended by itself.
      }
    }

    /** One side has ended: the other one hears of it, and when it ends too, all is over. */
    void half(Socket to) throws IOException {
      if (halfOver.getAndSet(true)) {
        isOver = true;
        links.remove(this);
        asking.close();
        store.close();
      } else {
        to.shutdownOutput();
      }
    }
  }
}
