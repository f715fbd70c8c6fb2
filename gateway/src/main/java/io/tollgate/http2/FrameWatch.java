package io.tollgate.http2;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2FrameTypes;

/**
 * Follows the frames of a connection as their bytes come, since a reader of frames tells of none
 * before it is whole: since when one is under way, how much of it is held, and which streams'
 * bodies come on.
 *
 * <p>Confined to its event loop.
 */
public final class FrameWatch {
  /** Hears how bodies come. */
  public interface Bodies {
    /** Bytes of a stream's body have come, perhaps not all of their frame. */
    void came(int streamId, int bytes);

    /** Returns whether anybody takes that body, or will. */
    boolean areTaken(int streamId);
  }

  private static final int PREFACE_BYTES = 24;
  private static final int HEAD_BYTES = 9;
  private static final int TYPE_AT = 3;
  private static final int FLAGS_AT = 4;
  private static final int END_HEADERS = 0x4;

  private final Bodies bodies;
  private int prefaceLeft = PREFACE_BYTES;
  private int headRead;
  private int left;
  private int type;
  private int flags;
  private int streamId;
  private boolean inBlock;
  private int blockBytes;

  /** How much has come of a frame that is no part of a header block. */
  private int frameBytes;

  private long begunNanos;
  private long seenNanos;

  /** Makes the watch of a connection whose preface is to come. */
  public FrameWatch(Bodies bodies) {
    this.bodies = bodies;
  }

  /** Looks at what has come, without taking it. */
  public void see(ByteBuf bytes, long nowNanos) {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    seenNanos = nowNanos;
    if (prefaceLeft == PREFACE_BYTES) {
      begunNanos = nowNanos;
    }
    int preface = Math.min(prefaceLeft, end - at);
    prefaceLeft -= preface;
    at += preface;
    while (at < end) {
      if (headRead < HEAD_BYTES) {
        if (headRead == 0 && !inBlock) {
          // A header block is one: its continuations have what is left of its time.
          begunNanos = nowNanos;
        }
        seeHead(bytes.getByte(at) & 0xff);
        at++;
      } else {
        at += seePayload(end - at);
      }
      if (headRead == HEAD_BYTES && left == 0) {
        endFrame();
      }
    }
  }

  private void seeHead(int octet) {
    if (headRead < TYPE_AT) {
      left = left << 8 | octet;
    } else if (headRead == TYPE_AT) {
      type = octet;
    } else if (headRead == FLAGS_AT) {
      flags = octet;
      streamId = 0;
    } else {
      streamId = streamId << 8 | octet;
    }
    headRead++;
    if (headRead == HEAD_BYTES) {
      streamId &= Integer.MAX_VALUE;
      inBlock |= isOfBlock();
    }
  }

  private boolean isOfBlock() {
    return type == Http2FrameTypes.HEADERS
        || type == Http2FrameTypes.CONTINUATION
        || type == Http2FrameTypes.PUSH_PROMISE;
  }

  private int seePayload(int available) {
    int count = Math.min(left, available);
    left -= count;
    if (isOfBlock()) {
      blockBytes += count;
    } else {
      frameBytes += count;
    }
    if (type == Http2FrameTypes.DATA) {
      bodies.came(streamId, count);
    }
    return count;
  }

  private void endFrame() {
    if (isOfBlock() && (flags & END_HEADERS) != 0) {
      inBlock = false;
      blockBytes = 0;
    }
    headRead = 0;
    left = 0;
    frameBytes = 0;
  }

  /**
   * Returns whether something has come in part that should be whole by now. Bodies have their own
   * pace where anybody takes them: of a frame of these no byte must have come for long; it has the
   * time of all others from when nobody takes it any more. To be asked again and again.
   *
   * @param timeNanos how long a frame or a header block may take, from its first byte
   * @param idleNanos how long a body may stand still amid a frame
   */
  public boolean isLate(long nowNanos, long timeNanos, long idleNanos) {
    if (isInBody()) {
      begunNanos = nowNanos;
      return nowNanos - seenNanos > idleNanos;
    }
    return isHalfRead() && nowNanos - begunNanos > timeNanos;
  }

  private boolean isHalfRead() {
    boolean inPreface = prefaceLeft > 0 && prefaceLeft < PREFACE_BYTES;
    boolean inFrame = headRead > 0 && !isInBody();
    return inPreface || inBlock || inFrame;
  }

  private boolean isInBody() {
    return headRead == HEAD_BYTES && type == Http2FrameTypes.DATA && bodies.areTaken(streamId);
  }

  /** It is not the other side that keeps us waiting: what has begun has all its time again. */
  public void excuse(long nowNanos) {
    begunNanos = nowNanos;
    seenNanos = nowNanos;
  }

  /** Returns how many bytes are held of a header block, or of what else is no body. */
  public int headBytes() {
    return blockBytes + (isInBody() ? 0 : frameBytes);
  }

  /** Returns how many bytes are held of the frame, not whole, of a body that anybody takes. */
  public int bodyBytes() {
    return isInBody() ? frameBytes : 0;
  }
}
