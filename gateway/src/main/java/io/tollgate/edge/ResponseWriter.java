package io.tollgate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.tollgate.wire.BodyWriter;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.Rebuild;
import io.tollgate.wire.ResponseHead;
import org.jspecify.annotations.Nullable;

/**
 * Writes the responses of one connection as HTTP/1.1 frames them, one after the other.
 *
 * <p>Confined to the connection's event loop.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // A write that fails closes the channel, and that is heard.
final class ResponseWriter {
  /** A body of up to this size goes out in one piece with its head. */
  private static final int SMALL_BODY_BYTES = 4 * 1024;

  private final Channel channel;

  /** A pad of the event loop's. */
  private final HeadBuffer out;

  private @Nullable ByteBuf unsent;
  private boolean chunks;

  ResponseWriter(Channel channel, HeadBuffer pad) {
    this.channel = channel;
    out = pad;
  }

  /** Begins an upstream's response: more fields may be added until its head ends. */
  HeadBuffer begin(ResponseHead head, boolean toHttp10) {
    chunks = Rebuild.isChunked(head, toHttp10);
    out.clear().put("HTTP/1.1 ");
    head.writeStatus(out);
    out.endLine();
    Rebuild.copyResponse(head, out);
    Rebuild.frameResponse(head, out, toHttp10);
    return out;
  }

  /**
   * Ends the head.
   *
   * @param last whether the connection ends with the response
   * @param bytesAtHand how many bytes of the body have come already
   */
  void endHead(boolean last, int bytesAtHand) {
    endFields(last);
    int spare = chunks ? 0 : Math.min(bytesAtHand, SMALL_BODY_BYTES);
    unsent = out.toBuffer(channel.alloc(), spare);
  }

  private void endFields(boolean last) {
    if (last) {
      out.field("connection", "close");
    }
    out.endLine();
  }

  /** Writes an answer of ours, whole, in the place of whatever was about to be sent. */
  void refuse(Refusal refusal, HeadBuffer fields, boolean last, boolean bodiless) {
    drop();
    out.clear().put("HTTP/1.1 ").decimal(refusal.status()).put((byte) ' ');
    out.put(refusal.reason()).endLine().put(fields);
    endFields(last);
    if (!bodiless) {
      out.put(refusal.body());
    }
    channel.writeAndFlush(out.toBuffer(channel.alloc(), 0), channel.voidPromise());
  }

  /** Takes a piece of the body. */
  void data(ByteBuf piece) {
    ByteBuf head = unsent;
    if (head != null && piece.readableBytes() <= head.writableBytes()) {
      head.writeBytes(piece);
      piece.release();
      return;
    }
    writeUnsent();
    if (chunks) {
      BodyWriter.writeChunk(channel, piece);
    } else {
      channel.write(piece);
    }
  }

  private void writeUnsent() {
    ByteBuf head = unsent;
    if (head != null) {
      unsent = null;
      channel.write(head);
    }
  }

  void flush() {
    writeUnsent();
    channel.flush();
  }

  /** The body has ended whole. */
  void end() {
    writeUnsent();
    if (chunks) {
      channel.write(BodyWriter.lastChunk());
    }
    channel.flush();
  }

  /** Lets go of what has not been sent. */
  void drop() {
    ByteBuf head = unsent;
    if (head != null) {
      unsent = null;
      head.release();
    }
  }
}
