package io.tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tollgate.wire.BodyReader;
import io.tollgate.wire.Framing;
import io.tollgate.wire.RequestHead;
import io.tollgate.wire.ResponseHead;
import io.tollgate.wire.WebSocketHandshake;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way upstream and its response on the way back.
 *
 * <p>An upstream connection is used again only if both messages on it have ended whole: after any
 * doubt it is closed, since the rest of one exchange would be read as the start of the next.
 *
 * <p>Confined to the event loop that serves the request.
 */
public final class Exchange implements BodyReader.Sink {
  private final Forwarder forwarder;
  private final Upstream upstream;
  private Client client;
  private final Deadlines deadlines;
  private final boolean repeatable;
  private final boolean switches;
  private ByteBuf requestHead;

  private @Nullable Carrier carrier;
  private boolean retried;
  private boolean forwarded;
  private boolean requestSent;
  private boolean answered;
  private boolean over;

  /**
   * Takes over {@code requestHead}, the rebuilt one.
   *
   * @param switches whether it asks for a WebSocket
   */
  Exchange(
      Forwarder forwarder,
      Upstream upstream,
      Client client,
      ByteBuf requestHead,
      Deadlines deadlines,
      boolean switches) {
    this.forwarder = forwarder;
    this.upstream = upstream;
    this.client = client;
    this.deadlines = deadlines;
    RequestHead head = client.head();
    boolean bodiless = head.framing() == Framing.NONE;
    this.switches = switches;
    // What one side takes for the begin of a session is not begun twice.
    repeatable = !switches && bodiless && head.method() != null && head.method().isSafe();
    this.requestHead = requestHead;
  }

  /** Sends the request as soon as there is a connection for it. */
  public void begin() {
    if (switches) {
      upstream.connectApart(this);
    } else {
      upstream.connect(this);
    }
  }

  /** Returns whether the response makes a WebSocket of the connection, as the client asked. */
  boolean maySwitch(ResponseHead response) {
    return switches && WebSocketHandshake.isAccepted(client.head(), response);
  }

  /** Another takes the client's place from now on: one that speaks what was switched to. */
  public void handOver(Client next) {
    client = next;
    deadlines.switched(forwarder.nowNanos());
  }

  boolean isOver() {
    return over;
  }

  /** The carrier is this exchange's until the response has ended. */
  void connected(Carrier opened) {
    carrier = opened;
    deadlines.connected(forwarder.nowNanos());
    opened.begin(this, client.head());
    forwarded = true;
    // Kept where it may be sent once more.
    opened.writeHead(mayRetry() ? requestHead.retainedDuplicate() : takeHead());
    client.sendBody();
  }

  private boolean mayRetry() {
    return repeatable && !retried;
  }

  private ByteBuf takeHead() {
    ByteBuf head = requestHead;
    requestHead = Unpooled.EMPTY_BUFFER;
    return head;
  }

  /** Takes a piece of the client's body, which it releases. */
  @Override
  public void data(ByteBuf piece) {
    Carrier known = carrier;
    if (over || known == null) {
      piece.release();
      return;
    }
    deadlines.progressed(forwarder.nowNanos());
    known.writeBody(piece);
    if (!known.isWritable()) {
      client.pause();
    }
  }

  /** The client's body has ended whole. */
  public void endRequest() {
    Carrier known = carrier;
    requestSent = true;
    deadlines.sent(forwarder.nowNanos());
    if (!over && known != null) {
      known.endBody();
    }
  }

  /** Sends on what was taken since the last call. */
  public void flush() {
    Carrier known = carrier;
    if (!over && known != null) {
      known.flush();
    }
  }

  boolean isRequestSent() {
    return requestSent;
  }

  void upstreamWritable() {
    if (!over) {
      client.resume();
    }
  }

  void answer(ResponseHead head, int bytesAtHand) {
    answered = true;
    deadlines.progressed(forwarder.nowNanos());
    takeHead().release();
    client.answer(head, bytesAtHand);
  }

  /** Takes a piece of the response's body. */
  void relay(ByteBuf piece) {
    deadlines.progressed(forwarder.nowNanos());
    client.data(piece);
    Carrier known = carrier;
    if (known != null && !client.isWritable()) {
      known.pause();
    }
  }

  /** Sends on to the client what came from the upstream in one turn. */
  void flushResponse() {
    if (answered && !over) {
      client.flush();
    }
  }

  /** The client takes more of the response. */
  public void clientWritable() {
    Carrier known = carrier;
    if (known != null) {
      known.resume();
    }
  }

  /** The response has ended whole; the carrier is no longer this exchange's. */
  void finish() {
    carrier = null;
    over = true;
    client.ended();
  }

  /** The carrier broke, or what it brought can't be read; it is closed already. */
  void broke(boolean beforeAnyByte) {
    carrier = null;
    if (over) {
      return;
    }
    if (answered) {
      cut();
    } else if (beforeAnyByte && mayRetry()) {
      // The deadline goes on: both attempts share it.
      retried = true;
      upstream.connect(this);
    } else {
      fail(Failure.BROKEN);
    }
  }

  void fail(Failure failure) {
    if (end()) {
      client.failed(failure);
    }
  }

  private void cut() {
    if (end()) {
      client.cut();
    }
  }

  /** The client left, or its body can't be read: the upstream must not take it for whole. */
  public void abandon() {
    end();
  }

  private boolean end() {
    if (over) {
      return false;
    }
    over = true;
    if (forwarded && !answered) {
      client.unanswered();
    }
    takeHead().release();
    Carrier known = carrier;
    carrier = null;
    if (known == null) {
      upstream.forget(this);
    } else {
      known.discard();
    }
    return true;
  }

  /** Returns whether the response has begun to go to the client. */
  public boolean isAnswered() {
    return answered;
  }

  /** Tells whose fault it is that nothing moves. */
  private Failure lateness() {
    Carrier known = carrier;
    if (known == null) {
      return upstream.isWaiting(this) ? Failure.BUSY : Failure.SILENT;
    }
    return requestSent || !known.isWritable() ? Failure.SILENT : Failure.CLIENT_SILENT;
  }

  /** Looks whether a deadline has passed; called now and then, not per request. */
  public void tick(long nowNanos) {
    if (over || !deadlines.isPassed(nowNanos)) {
      return;
    }
    if (answered) {
      cut();
    } else {
      fail(lateness());
    }
  }
}
