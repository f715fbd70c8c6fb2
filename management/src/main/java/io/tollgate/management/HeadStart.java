package io.tollgate.management;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.tollgate.management.directory.DirectoryRouter;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.charset.StandardCharsets;

/**
 * Remembers how the newest request of a connection begins: of one whose head can't be read nothing
 * else is known, and yet its sender is to be answered in the words that he understands. A guess
 * that fails only makes it other words. Confined to the connection's event loop.
 */
final class HeadStart extends ChannelInboundHandlerAdapter {
  private static final int KEPT = 64;
  private static final int METHOD_MAX = 16;

  private final byte[] start = new byte[KEPT];
  private int length;

  /** Listens to a connection from its first byte on. */
  static void watch(HttpConnection connection) {
    if (connection instanceof ConnectionBase base) {
      base.channel().pipeline().addFirst(new HeadStart());
    }
  }

  /** Returns whether the newest request seems to have asked for something of a directory. */
  static boolean leadsToDirectories(HttpConnection connection) {
    HeadStart known =
        connection instanceof ConnectionBase base
            ? base.channel().pipeline().get(HeadStart.class)
            : null;
    return known != null && DirectoryRouter.leadsHere(known.path());
  }

  @Override
  public void channelRead(ChannelHandlerContext channel, Object message) {
    if (message instanceof ByteBuf bytes) {
      if (beginsRequest(bytes)) {
        length = 0;
      }
      int more = Math.min(KEPT - length, bytes.readableBytes());
      bytes.getBytes(bytes.readerIndex(), start, length, more);
      length += more;
    }
    channel.fireChannelRead(message);
  }

  /** Returns whether there are a method and a path; a body that looks so does no harm. */
  private static boolean beginsRequest(ByteBuf bytes) {
    int end = Math.min(bytes.readableBytes() - 1, METHOD_MAX);
    for (int i = 0; i < end; i++) {
      byte letter = bytes.getByte(bytes.readerIndex() + i);
      if (letter == ' ') {
        return i > 0 && bytes.getByte(bytes.readerIndex() + i + 1) == '/';
      }
      if (letter < 'A' || letter > 'Z') {
        return false;
      }
    }
    return false;
  }

  private String path() {
    String line = new String(start, 0, length, StandardCharsets.ISO_8859_1);
    return line.replaceFirst("^[A-Z]+ ", "").split("[ ?\r\n]", 2)[0];
  }
}
