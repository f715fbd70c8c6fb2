package io.tollgate.edge;

import io.tollgate.edge.ScriptedUpstream.Peer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * One of several targets: it says who it is, writes down which requests came, and fails in the way
 * that it is told, each on the same port.
 */
final class MoodyUpstream implements MoodyTarget {
  /** How it treats requests. */
  enum Mood {
    WELL,
    /** Nobody listens, and whoever was connected is reset. */
    KILLED,
    /** Nobody new is let in, and whoever is connected is served. */
    FULL,
    /** Connections are made by the kernel, and nothing is read or written. */
    FROZEN,
    SLOW,
    /** Each request is read and then reset. */
    RESETTING,
    /** Half of each body comes before the reset. */
    HALF_ANSWERING,
    /** Half of each body comes, and then nothing more. */
    STALLING,
    UNAVAILABLE
  }

  private static final Duration SLOW = Duration.ofMillis(300);
  private static final String BODY = "0123456789abcdef";

  /** How often each request came, by its target, those of checks excepted. */
  final Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();

  final AtomicInteger requests = new AtomicInteger();
  final AtomicInteger checks = new AtomicInteger();
  private final InetAddress address;
  private final int port;
  private final Object thaw = new Object();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile Mood mood = Mood.WELL;
  private volatile ServerSocket server;
  private volatile Thread acceptor;

  MoodyUpstream() {
    this(InetAddress.getLoopbackAddress(), 0);
  }

  MoodyUpstream(InetAddress address, int port) {
    this.address = address;
    server = listen(port);
    this.port = server.getLocalPort();
    acceptor = acceptor(server);
  }

  private ServerSocket listen(int wanted) {
    try {
      var opened = new ServerSocket();
      opened.setReuseAddress(true);
      opened.bind(new InetSocketAddress(address, wanted), 512);
      return opened;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Thread acceptor(ServerSocket from) {
    return Thread.startVirtualThread(() -> accept(from));
  }

  int port() {
    return port;
  }

  @Override
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  @Override
  public String place() {
    return "127.0.0.1:" + port;
  }

  @Override
  public Map<String, AtomicInteger> seen() {
    return seen;
  }

  @Override
  public void be(Mood next) {
    synchronized (thaw) {
      mood = next;
      thaw.notifyAll();
    }
    if (next == Mood.KILLED) {
      closeAll();
    } else if (next == Mood.FULL) {
      stopListening();
    } else if (server.isClosed()) {
      server = listen(port);
      acceptor = acceptor(server);
    }
  }

  private void accept(ServerSocket from) {
    while (!from.isClosed()) {
      try {
        awaitThaw();
        Socket socket = from.accept();
        sockets.add(socket);
        Thread.startVirtualThread(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void awaitThaw() {
    synchronized (thaw) {
      while (mood == Mood.FROZEN) {
        try {
          thaw.wait();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      var reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      var peer = new Peer(socket, reader, socket.getOutputStream());
      for (String head = peer.readHead(); !head.isEmpty(); head = peer.readHead()) {
        awaitThaw();
        if (!answer(peer, head)) {
          socket.setSoLinger(true, 0);
          return;
        }
      }
    } catch (IOException gone) {
      // The gateway hung up, or this is dead.
    } finally {
      sockets.remove(socket);
    }
  }

  private boolean answer(Peer peer, String head) throws IOException {
    readBody(peer, head);
    boolean stalls = false;
    if (head.contains("user-agent: tollgate-check")) {
      checks.incrementAndGet();
    } else {
      requests.incrementAndGet();
      String target = head.split(" ", 3)[1];
      seen.computeIfAbsent(target, unseen -> new AtomicInteger()).incrementAndGet();
      if (target.contains("poison")) {
        return false;
      }
      if (target.contains("slow")) {
        pause();
      }
      stalls = target.contains("events");
    }
    Mood now = stalls ? Mood.STALLING : mood;
    String start = now == Mood.UNAVAILABLE ? "503 Service Unavailable" : "200 OK";
    String answer =
        "HTTP/1.1 " + start + "\r\nx-target: " + place() + "\r\nContent-Length: 16\r\n\r\n" + BODY;
    switch (now) {
      case RESETTING, KILLED -> {
        return false;
      }
      case HALF_ANSWERING -> {
        peer.write(answer.substring(0, answer.length() - BODY.length() / 2));
        return false;
      }
      case STALLING -> {
        peer.write(answer.substring(0, answer.length() - BODY.length() / 2));
        // Till the gateway hangs up.
        return peer.reader().read() >= 0;
      }
      case SLOW -> {
        pause();
        peer.write(answer);
      }
      default -> peer.write(answer);
    }
    return true;
  }

  private static void readBody(Peer peer, String head) throws IOException {
    int at = head.indexOf("content-length: ");
    if (at >= 0) {
      int start = at + "content-length: ".length();
      int length = Integer.parseInt(head.substring(start, head.indexOf('\n', start)));
      for (int i = 0; i < length; i++) {
        if (peer.reader().read() < 0) {
          throw new IOException("half a body");
        }
      }
    }
  }

  /** Being slow is what this mood is; nothing is waited for. */
  private static void pause() {
    long until = System.nanoTime() + SLOW.toNanos();
    while (until - System.nanoTime() > 0) {
      LockSupport.parkNanos(until - System.nanoTime());
    }
  }

  /** A closed socket listens on until the thread that waits for it has left it. */
  private void stopListening() {
    try {
      server.close();
      acceptor.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void closeAll() {
    stopListening();
    try {
      for (Socket socket : sockets) {
        socket.setSoLinger(true, 0);
        socket.close();
      }
    } catch (IOException e) {
      // They are closed all the same.
    }
  }

  @Override
  public void close() {
    be(Mood.KILLED);
  }
}
