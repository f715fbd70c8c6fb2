package io.tollgate.edge;

import io.tollgate.proxy.LongLived;
import io.tollgate.proxy.Route;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** An upstream that answers a handshake as a test says, and notes what comes behind it. */
final class FrameUpstream implements AutoCloseable {
  private final ScriptedUpstream upstream;
  private final StringBuilder seen = new StringBuilder();
  private final CountDownLatch ended = new CountDownLatch(1);

  /**
   * Starts it.
   *
   * @param answer its head without the empty line
   * @param more what it sends behind that at once
   */
  FrameUpstream(String answer, String more) {
    upstream =
        new ScriptedUpstream(
            (peer, index) -> {
              peer.readHead();
              peer.write(answer + "\r\n" + more);
              note(peer);
            });
  }

  private void note(ScriptedUpstream.Peer peer) throws IOException {
    try {
      for (int next = peer.reader().read(); next >= 0; next = peer.reader().read()) {
        seen.append((char) next);
      }
    } finally {
      ended.countDown();
    }
  }

  Route route() {
    return upstream.route("/").with(LongLived.WEBSOCKETS);
  }

  int connections() {
    return upstream.connections.get();
  }

  /** Waits until the gateway has ended the connection, and returns what came behind the head. */
  String seenToEnd() throws InterruptedException {
    if (!ended.await(10, TimeUnit.SECONDS)) {
      throw new AssertionError("the upstream's connection goes on");
    }
    return seen.toString();
  }

  @Override
  public void close() {
    upstream.close();
  }
}
