package io.tollgate.wire;

import io.netty.buffer.ByteBuf;

/**
 * Finds a body in what a connection delivers, piece by piece: where it ends, and its data without
 * the sender's own framing (RFC 9112, 6 and 7).
 *
 * <p>Chunks are read strictly: what another server might read as a chunk of another size, or as the
 * start of another message, is malformed. Extensions and trailers are checked and dropped.
 *
 * <p>Confined to the event loop that owns it; used for one message after another.
 */
public final class BodyReader {
  /** Takes a body's data. */
  public interface Sink {
    /** Takes the next piece, which is the sink's to release. */
    void data(ByteBuf piece);
  }

  /** The most bytes of extensions, and of trailers, that one message may have. */
  private static final int OVERHEAD_MAX = 4 * 1024;

  private static final int SIZE_DIGITS_MAX = 15;

  private enum State {
    SIZE,
    EXTENSION_START,
    EXTENSION_NAME,
    EXTENSION_VALUE_START,
    EXTENSION_VALUE,
    EXTENSION_QUOTED,
    EXTENSION_QUOTED_END,
    SIZE_END,
    DATA,
    DATA_END,
    DATA_LINE_END,
    TRAILER_START,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LINE_END,
    LAST_LINE_END
  }

  private Framing framing = Framing.NONE;
  private State state = State.SIZE;
  private long remaining;
  private int digits;
  private int overhead;
  private boolean done = true;
  private boolean malformed;
  private boolean tooLarge;

  /** How much more data chunks may bring. */
  private long allowed;

  /** Begins the body of a message with that head. */
  public void begin(Head head) {
    framing = head.framing();
    remaining = framing == Framing.LENGTH ? head.contentLength() : 0;
    state = State.SIZE;
    digits = 0;
    overhead = 0;
    done = framing == Framing.NONE;
    malformed = false;
    tooLarge = false;
    allowed = Long.MAX_VALUE;
  }

  /** Takes that much data in chunks from now on; of a length that is announced nothing is said. */
  public void allow(long bytes) {
    allowed = bytes;
  }

  /** Begins what is no message's body: all that comes, until the connection ends. */
  public void beginSwitched() {
    framing = Framing.UNTIL_CLOSE;
    done = false;
    malformed = false;
  }

  public boolean isDone() {
    return done;
  }

  /** Returns whether what came can't be the body that was announced; nothing more is read then. */
  public boolean isMalformed() {
    return malformed;
  }

  /** Returns whether a chunk brings more than is taken; nothing more is read then. */
  public boolean isTooLarge() {
    return tooLarge;
  }

  public Framing framing() {
    return framing;
  }

  /** Takes the end of the connection for the end of the body, if that is how it is framed. */
  public void endByClose() {
    if (framing == Framing.UNTIL_CLOSE) {
      done = true;
    }
  }

  /** Reads on, as far as the bytes go or to the body's end; what follows stays in {@code from}. */
  public void read(ByteBuf from, Sink sink) {
    while (!done && !malformed && !tooLarge && from.isReadable()) {
      switch (framing) {
        case LENGTH -> readLength(from, sink);
        case UNTIL_CLOSE -> sink.data(from.readRetainedSlice(from.readableBytes()));
        case CHUNKED -> readChunked(from, sink);
        case NONE -> done = true;
      }
    }
  }

  private void readLength(ByteBuf from, Sink sink) {
    int count = (int) Math.min(remaining, from.readableBytes());
    remaining -= count;
    done = remaining == 0;
    sink.data(from.readRetainedSlice(count));
  }

  private void readChunked(ByteBuf from, Sink sink) {
    if (state == State.DATA) {
      int count = (int) Math.min(remaining, from.readableBytes());
      remaining -= count;
      state = remaining == 0 ? State.DATA_END : State.DATA;
      sink.data(from.readRetainedSlice(count));
      return;
    }
    state = next(from.readByte());
  }

  private State next(byte b) {
    return switch (state) {
      case SIZE -> afterSizeByte(b);
      case EXTENSION_START,
          EXTENSION_NAME,
          EXTENSION_VALUE_START,
          EXTENSION_VALUE,
          EXTENSION_QUOTED,
          EXTENSION_QUOTED_END ->
          afterExtensionByte(b);
      case SIZE_END -> b == Octets.LF ? afterSizeLine() : broken();
      case DATA_END -> b == Octets.CR ? State.DATA_LINE_END : broken();
      case DATA_LINE_END -> b == Octets.LF ? beginSize() : broken();
      case TRAILER_START -> b == Octets.CR ? State.LAST_LINE_END : trailerName(b);
      case TRAILER_NAME -> b == ':' ? counted(b, State.TRAILER_VALUE) : trailerName(b);
      case TRAILER_VALUE -> b == Octets.CR ? State.TRAILER_LINE_END : counted(b, state);
      case TRAILER_LINE_END -> b == Octets.LF ? State.TRAILER_START : broken();
      case LAST_LINE_END -> b == Octets.LF ? finished() : broken();
      case DATA -> throw new IllegalStateException("data is not read byte by byte");
    };
  }

  private State afterSizeByte(byte b) {
    int digit = Octets.hexDigit(b);
    if (digit >= 0 && digits < SIZE_DIGITS_MAX) {
      digits++;
      remaining = remaining << 4 | digit;
      return State.SIZE;
    }
    if (digits == 0 || digit >= 0) {
      return broken();
    }
    if (b == Octets.CR) {
      return State.SIZE_END;
    }
    return b == ';' ? counted(b, State.EXTENSION_START) : broken();
  }

  /**
   * Extensions are read to the letter (RFC 9112, 7.1.1), and have neither white space nor escapes:
   * who looks for the end of a quoted text must find it where it is found here.
   */
  private State afterExtensionByte(byte b) {
    if (state == State.EXTENSION_QUOTED) {
      return afterQuotedByte(b);
    }
    boolean mayEnd =
        state == State.EXTENSION_NAME
            || state == State.EXTENSION_VALUE
            || state == State.EXTENSION_QUOTED_END;
    if (mayEnd && b == Octets.CR) {
      return State.SIZE_END;
    }
    if (mayEnd && b == ';') {
      return counted(b, State.EXTENSION_START);
    }
    if (state == State.EXTENSION_NAME && b == '=') {
      return counted(b, State.EXTENSION_VALUE_START);
    }
    if (state == State.EXTENSION_VALUE_START && b == '"') {
      return counted(b, State.EXTENSION_QUOTED);
    }
    if (state == State.EXTENSION_QUOTED_END || Octets.folded(b) == 0) {
      return broken();
    }
    boolean inName = state == State.EXTENSION_START || state == State.EXTENSION_NAME;
    return counted(b, inName ? State.EXTENSION_NAME : State.EXTENSION_VALUE);
  }

  private State afterQuotedByte(byte b) {
    if (b == '"') {
      return counted(b, State.EXTENSION_QUOTED_END);
    }
    // The higher bytes are RFC 9110's, but Netty's codec, for one, fails at them.
    return b == '\\' || b < 0 ? broken() : counted(b, State.EXTENSION_QUOTED);
  }

  private State beginSize() {
    digits = 0;
    remaining = 0;
    return State.SIZE;
  }

  private State afterSizeLine() {
    allowed -= remaining;
    tooLarge = allowed < 0;
    return remaining == 0 ? State.TRAILER_START : State.DATA;
  }

  private State trailerName(byte b) {
    return Octets.folded(b) == 0 ? broken() : counted(b, State.TRAILER_NAME);
  }

  /** Goes on, if the byte may stand in a value and there have not been too many of them. */
  private State counted(byte b, State next) {
    overhead++;
    return Octets.isInValue(b) && overhead <= OVERHEAD_MAX ? next : broken();
  }

  private State finished() {
    done = true;
    return State.LAST_LINE_END;
  }

  private State broken() {
    malformed = true;
    return state;
  }
}
