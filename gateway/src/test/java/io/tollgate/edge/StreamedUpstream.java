package io.tollgate.edge;

import io.tollgate.proxy.Route;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Answers {@code /streamed/N} with N bytes, as fast as they are taken. */
final class StreamedUpstream implements AutoCloseable {
  private static final int PIECE = 16 * 1024;
  private final AtomicLong stuck = new AtomicLong();
  private final ScriptedUpstream server = new ScriptedUpstream(this::play);

  private void play(ScriptedUpstream.Peer peer, int index) throws IOException {
    peer.socket().setSendBufferSize(PIECE);
    String head = peer.readHead().toLowerCase(Locale.ROOT);
    int length = Integer.parseInt(head.replaceFirst("(?s)^get /streamed/([0-9]+) .*", "$1"));
    peer.write("HTTP/1.1 200 OK\r\ncontent-length: " + length + "\r\n\r\n");
    String piece = "x".repeat(PIECE);
    for (int sent = 0; sent < length; sent += PIECE) {
      stuck.set(sent);
      peer.write(piece.substring(0, Math.min(PIECE, length - sent)));
    }
    peer.awaitEnd();
  }

  /** Returns how much has been written of the answer at hand. */
  long written() {
    return stuck.get();
  }

  Route route(String path) {
    return server.route(path);
  }

  @Override
  public void close() {
    server.close();
  }
}
