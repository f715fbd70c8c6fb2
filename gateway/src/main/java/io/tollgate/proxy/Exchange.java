package io.tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tollgate.wire.BodyReader;
import io.tollgate.wire.HeadBuffer;
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
  private final @Nullable Balancer balancer;
  private final Route route;
  private Client client;
  private final Deadlines deadlines;
  private final boolean repeatable;
  private final boolean switches;
  private final HeldBody body;
  private ByteBuf requestHead;

  private TargetPool pool;
  private @Nullable TargetPool before;
  private @Nullable Carrier carrier;
  private int attempts = 1;
  private boolean repeated;
  private boolean lookedAt;
  private boolean forwarded;
  private boolean requestSent;
  private boolean answered;
  private boolean good;
  private boolean switched;
  private boolean over;

  /**
   * Takes over {@code requestHead}, the one rebuilt for the first target.
   *
   * @param balancer tells of further targets; null where no other may be tried
   * @param switches whether it asks for a WebSocket
   */
  Exchange(
      Forwarder forwarder,
      @Nullable Balancer balancer,
      Route route,
      TargetPool first,
      Client client,
      ByteBuf requestHead,
      Deadlines deadlines,
      boolean switches) {
    this.forwarder = forwarder;
    this.balancer = balancer;
    this.route = route;
    pool = first;
    this.client = client;
    body = new HeldBody(client.alloc());
    this.deadlines = deadlines;
    this.switches = switches;
    // What one side takes for the begin of a session is not begun twice.
    repeatable = !switches && client.head().isRepeatable();
    this.requestHead = requestHead;
  }

  /** Sends the request as soon as there is a connection for it. */
  public void begin() {
    pool.enter();
    if (balancer != null) {
      pool.count();
    }
    if (switches) {
      pool.connectApart(this);
    } else {
      pool.connect(this);
    }
  }

  /** Returns whether the response makes a WebSocket of the connection, as the client asked. */
  boolean maySwitch(ResponseHead response) {
    return switches && WebSocketHandshake.isAccepted(client.head(), response);
  }

  /** Another takes the client's place from now on: one that speaks what was switched to. */
  public void handOver(Client next) {
    client = next;
    switched = true;
    pool.switched();
    if (good) {
      pool.endpoint().health().answered();
    }
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
    opened.writeHead(takeHead());
    body.sendWaiting(opened);
    if (attempts > 1 && opened.isWritable()) {
      // It was paused where the one before had refused it.
      client.resume();
    }
    client.sendBody();
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
    if (over) {
      piece.release();
      return;
    }
    body.add(known, piece);
    if (known != null) {
      deadlines.progressed(forwarder.nowNanos());
      if (!known.isWritable()) {
        client.pause();
      }
    }
  }

  /** The client's body has ended whole. */
  public void endRequest() {
    Carrier known = carrier;
    requestSent = true;
    deadlines.sent(answered, forwarder.nowNanos());
    if (!over && known != null) {
      body.sendWaiting(known);
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

  /** The carrier takes more of the body; not to be told from within one of its writes. */
  void upstreamWritable() {
    Carrier known = carrier;
    if (over || known == null) {
      return;
    }
    body.sendWaiting(known);
    known.flush();
    if (known.isWritable()) {
      client.resume();
    }
  }

  void answer(ResponseHead head, int bytesAtHand) {
    answered = true;
    deadlines.progressed(forwarder.nowNanos());
    good = pool.answered(head.status());
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

  /** The response's body has ended with trailers: whole lines that may pass. */
  void trailers(HeadBuffer fields) {
    client.trailers(fields);
  }

  /** Sends on to the client what came from the upstream in one turn. */
  void flushResponse() {
    if (answered && !over) {
      client.flush();
    }
  }

  /** The client has taken something of the response, and perhaps takes more. */
  public void clientTook(boolean takesMore) {
    Carrier known = carrier;
    if (answered) {
      deadlines.progressed(forwarder.nowNanos());
    }
    if (known != null && takesMore) {
      known.resume();
    }
  }

  /** The response has ended whole; the carrier is no longer this exchange's. */
  void finish() {
    carrier = null;
    over = true;
    body.drop();
    pool.leave(true, switches, switched);
    if (good) {
      pool.endpoint().health().answered();
    }
    client.ended();
  }

  /** The carrier broke, or what it brought can't be read; it is closed already. */
  void broke(boolean beforeAnyByte) {
    carrier = null;
    if (over) {
      return;
    }
    // An upstream that keeps the caller's time as well may be the first to say so.
    Failure why = deadlines.isCallPassed(System.nanoTime()) ? Failure.SILENT : Failure.BROKEN;
    failedHere(why);
    lookedAt = true;
    if (answered) {
      cut(why);
    } else if (!beforeAnyByte || !repeatable || !tryAgain(true)) {
      fail(why);
    }
  }

  /**
   * The target has said that it did not look at the request: whatever that is, it may be sent once
   * more, if nothing of its body is gone.
   */
  void refused() {
    carrier = null;
    if (over) {
      return;
    }
    note(Failure.BROKEN);
    if (!requestSent) {
      client.pause();
    }
    if (answered) {
      cut(Failure.BROKEN);
    } else if (body.isBegun() || !tryAgain(true)) {
      fail(Failure.BROKEN);
    }
  }

  /** No connection could be had, so that nothing was sent: whatever it is, it may go elsewhere. */
  void notSent(Failure failure) {
    if (over) {
      return;
    }
    note(failure);
    if (!tryAgain(false)) {
      fail(failure);
    }
  }

  /** It waits where nobody will serve it soon; returns whether it has gone elsewhere. */
  boolean leaveQueue() {
    return tryAgain(false);
  }

  /** It was sent and came to nothing, which the target has to be asked about. */
  private void failedHere(Failure failure) {
    note(failure);
    pool.doubted();
  }

  private void note(Failure failure) {
    if (balancer != null) {
      forwarder.targets().metrics().failed(pool.endpoint(), failure);
    }
  }

  /**
   * Tries another target; what reached one and may be repeated goes, for lack of another, to the
   * same once more: a kept connection may have been closed just then. The deadline goes on.
   */
  private boolean tryAgain(boolean sent) {
    Balancer known = balancer;
    long nowNanos = forwarder.nowNanos();
    // Who was taken from the route has not failed: to leave its queue is no further try.
    boolean isFree = !sent && pool.isRetired();
    if (known == null || !(isFree || attempts < forwarder.targets().config().attemptsMax())) {
      return false;
    }
    TargetPool next = known.chooseBut(pool, before, switches, nowNanos);
    if (next == null && sent && !repeated && !pool.isRetired()) {
      repeated = true;
      next = pool;
    }
    if (next == null
        || deadlines.isTotalPassed(nowNanos)
        || !(isFree || known.mayRetry(lookedAt, nowNanos))) {
      return false;
    }
    attempts += isFree ? 0 : 1;
    takeHead().release();
    requestHead = forwarder.rebuilt(client, route, next, switches);
    pool.leave(false, switches, switched);
    before = pool;
    pool = next;
    deadlines.redialled(nowNanos);
    begin();
    return true;
  }

  void fail(Failure failure) {
    if (end()) {
      client.failed(failure);
    }
  }

  private void cut(Failure why) {
    if (end()) {
      client.cut(why);
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
    pool.leave(answered, switches, switched);
    if (forwarded && !answered) {
      client.unanswered();
    }
    takeHead().release();
    body.drop();
    Carrier known = carrier;
    carrier = null;
    if (known == null) {
      pool.forget(this);
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
      return pool.isWaiting(this) ? Failure.BUSY : Failure.SILENT;
    }
    return requestSent || !known.isWritable() ? Failure.SILENT : Failure.CLIENT_SILENT;
  }

  /** Looks whether a deadline has passed; called now and then, not per request. */
  public void tick(long nowNanos) {
    if (over || !deadlines.isPassed(nowNanos)) {
      return;
    }
    Failure whose = deadlines.isCallPassed(nowNanos) ? Failure.SILENT : lateness();
    boolean stalled = client.isWritable() && deadlines.isStalled(nowNanos);
    if (whose == Failure.SILENT && carrier != null && (stalled || !answered)) {
      failedHere(whose);
    }
    if (answered) {
      cut(Failure.SILENT);
    } else if (pool.forget(this) && !requestSent) {
      notSent(whose);
    } else {
      fail(whose);
    }
  }
}
