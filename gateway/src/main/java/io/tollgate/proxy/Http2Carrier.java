package io.tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.tollgate.wire.BodyPiece;
import io.tollgate.wire.Framing;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.Http2Request;
import io.tollgate.wire.Method;
import io.tollgate.wire.RequestHead;
import io.tollgate.wire.ResponseHead;
import io.tollgate.wire.StreamQueue;
import org.jspecify.annotations.Nullable;

/**
 * One stream of an HTTP/2 connection to an upstream, for one exchange.
 *
 * <p>Whatever goes wrong with it ends it alone: the connection's other streams go on.
 *
 * <p>Confined to the event loop of its connection.
 */
final class Http2Carrier implements Carrier {
  /** More interim responses than any server has to tell. */
  private static final int INTERIM_MAX = 16;

  /** A body of up to this size may go on in one piece with its head. */
  private static final int AT_HAND_MAX = 4 * 1024;

  private static final long UNKNOWN = -1;

  private final Http2Link link;

  /** What waits of the request's body for the upstream. */
  private final StreamQueue queue = new StreamQueue();

  private @Nullable Exchange exchange;
  private @Nullable Http2Stream stream;

  private boolean toHead;
  private boolean takesTrailers;
  private boolean requestEnded;

  private boolean anyFrame;
  private boolean inBody;
  private int interims;
  private long expected;
  private long received;
  private boolean paused;
  private int unreturned;

  Http2Carrier(Http2Link link) {
    this.link = link;
  }

  @Override
  public void begin(Exchange served, RequestHead request) {
    exchange = served;
    toHead = request.method() == Method.HEAD;
    requestEnded = request.framing() == Framing.NONE;
    takesTrailers = Http2Request.takesTrailers(request);
  }

  @Override
  public void writeHead(ByteBuf head) {
    try {
      Http2Headers fields = Http2Request.fields(head, link.scheme(), takesTrailers);
      stream = link.open(this, fields, requestEnded);
    } finally {
      head.release();
    }
  }

  @Override
  public void writeBody(ByteBuf piece) {
    Http2Stream opened = stream;
    if (opened == null || requestEnded) {
      piece.release();
      return;
    }
    int length = piece.readableBytes();
    queue.add(length);
    link.writeData(opened, piece, false).addListener(written -> left(length));
  }

  /** So much of the body has gone, to the upstream or to nothing. */
  private void left(int length) {
    if (queue.remove(length)) {
      // Not from within the write that tells it.
      link.context().executor().execute(this::writable);
    }
  }

  private void writable() {
    Exchange served = exchange;
    if (served != null && !queue.isFull()) {
      served.upstreamWritable();
    }
  }

  @Override
  @SuppressWarnings(
      "FutureReturnValueIgnored") // A write that fails closes the channel, and that is heard.
  public void endBody() {
    Http2Stream opened = stream;
    if (opened != null && !requestEnded) {
      requestEnded = true;
      link.writeData(opened, Unpooled.EMPTY_BUFFER, true);
    }
  }

  @Override
  public void flush() {
    link.flush();
  }

  @Override
  public boolean isWritable() {
    return !queue.isFull();
  }

  @Override
  public void pause() {
    paused = true;
  }

  @Override
  public void resume() {
    paused = false;
    Http2Stream opened = stream;
    if (opened != null && unreturned > 0) {
      int length = unreturned;
      unreturned = 0;
      link.giveBack(opened, length);
    }
  }

  @Override
  public void discard() {
    exchange = null;
    reset(Http2Error.CANCEL);
  }

  private void reset(Http2Error why) {
    Http2Stream opened = stream;
    if (opened != null) {
      link.reset(opened, why);
    }
  }

  /** A head has come, or the trailers. */
  void headers(Http2Headers fields, boolean last) {
    Exchange served = exchange;
    if (served == null) {
      return;
    }
    anyFrame = true;
    link.liveness().served();
    if (inBody) {
      readTrailers(served, fields, last);
    } else {
      readHead(served, fields, last);
    }
  }

  private void readHead(Exchange served, Http2Headers fields, boolean last) {
    ResponseHead head = link.pads().readHead(fields, last, toHead);
    if (head == null || head.status() == ResponseHead.SWITCHING_PROTOCOLS) {
      fault();
    } else if (head.isInterim()) {
      // What an upstream tells meanwhile ends here, as it does by HTTP/1.1.
      interims++;
      if (last || interims > INTERIM_MAX) {
        fault();
      }
    } else {
      inBody = true;
      expected = head.mayHaveBody() ? head.contentLength() : 0;
      if (last && expected > 0) {
        fault();
        return;
      }
      served.answer(head, Math.clamp(expected, 0, AT_HAND_MAX));
      if (last) {
        end(served);
      }
    }
  }

  private void readTrailers(Exchange served, Http2Headers fields, boolean last) {
    HeadBuffer lines = last ? link.pads().readTrailers(fields) : null;
    if (lines == null || isShort()) {
      fault();
      return;
    }
    if (lines.length() > 0) {
      served.trailers(lines);
    }
    end(served);
  }

  private boolean isShort() {
    return expected != UNKNOWN && received != expected;
  }

  /**
   * A piece of the body has come.
   *
   * @return how many bytes of it the upstream may send anew
   */
  int data(ByteBuf piece, boolean last) {
    int length = piece.readableBytes();
    Exchange served = exchange;
    if (served == null) {
      return length;
    }
    anyFrame = true;
    link.liveness().served();
    received += length;
    if (!inBody || (expected != UNKNOWN && received > expected)) {
      fault();
      return length;
    }
    if (length > 0) {
      served.relay(BodyPiece.kept(piece));
    }
    if (last) {
      end(served);
    } else if (paused && exchange == served) {
      unreturned += length;
      return 0;
    }
    return length;
  }

  private void end(Exchange served) {
    if (exchange != served) {
      return;
    }
    if (isShort()) {
      fault();
      return;
    }
    exchange = null;
    if (!isRequestOut()) {
      // The rest is not wanted any more, and would wait for a window that may never open.
      reset(Http2Error.CANCEL);
    }
    served.finish();
  }

  /** Returns whether all of the request has been written: its end waits for the window too. */
  private boolean isRequestOut() {
    Http2Stream opened = stream;
    return opened == null || !opened.state().localSideOpen();
  }

  /** Sends on what came in one turn. */
  void flushResponse() {
    Exchange served = exchange;
    if (served != null) {
      served.flushResponse();
    }
  }

  /** What came is no response: nothing more is read of this stream. */
  void fault() {
    Exchange served = exchange;
    exchange = null;
    reset(Http2Error.PROTOCOL_ERROR);
    if (served != null) {
      served.broke(false);
    }
  }

  /** The upstream has ended the stream. */
  void wasReset(long error) {
    boolean refused = error == Http2Error.REFUSED_STREAM.code() && !anyFrame;
    brokeOff(refused, false);
  }

  /**
   * The stream is no more, whoever ended it.
   *
   * @param refused whether the upstream has said that it did not look at the request
   * @param faultless whether nothing came that could not be read
   */
  void closed(boolean refused, boolean faultless) {
    brokeOff(refused && !anyFrame, faultless && !anyFrame);
  }

  private void brokeOff(boolean refused, boolean beforeAnyByte) {
    Exchange served = exchange;
    exchange = null;
    if (served == null) {
      return;
    }
    if (refused) {
      served.refused();
    } else {
      served.broke(beforeAnyByte);
    }
  }
}
