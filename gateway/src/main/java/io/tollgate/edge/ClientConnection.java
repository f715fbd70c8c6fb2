package io.tollgate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.tollgate.proxy.Client;
import io.tollgate.proxy.Exchange;
import io.tollgate.proxy.Failure;
import io.tollgate.wire.BodyReader;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.RequestHead;
import io.tollgate.wire.Unread;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client: requests are read from it one after the other, each is handed to the
 * {@link Edge}, and its answer goes out before the next is looked at.
 *
 * <p>Confined to its event loop.
 */
final class ClientConnection extends ClientChannel implements Client {
  private final Edge edge;
  private final Connections connections;
  private final EdgeRequest request = new EdgeRequest(this);
  private final HeadReader heads;
  private final BodyReader body = new BodyReader();
  private final BodyPace pace;
  private final Unread unread;

  private ClientState state = ClientState.HEAD;
  private @Nullable Exchange exchange;
  private boolean processing;
  private boolean told;

  ClientConnection(Edge edge, Connections connections, Channel channel, Origin origin) {
    super(channel, origin);
    this.edge = edge;
    this.connections = connections;
    heads = new HeadReader(connections);
    unread = new Unread(channel.alloc());
    pace = new BodyPace(connections.bounds());
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    connections.opened(this);
    setDeadline(edge.nowNanos(), connections.bounds().headerTimeout());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    unread.add((ByteBuf) message);
    process();
  }

  /** Reads on, as far as the state of things lets it. */
  private void process() {
    if (processing) {
      return;
    }
    processing = true;
    try {
      ByteBuf from = unread.left();
      while (from != null && step(from)) {
        from = unread.left();
      }
    } finally {
      processing = false;
    }
    Exchange served = exchange;
    if (served != null) {
      served.flush();
    }
    if (!heads.hold(state == ClientState.HEAD ? unread.heldBytes() : 0)) {
      refuseUnread(Refusal.HEADERS_OVERLOADED);
    }
  }

  private boolean step(ByteBuf from) {
    return switch (state) {
      // Whoever does not read the answers is asked for no more requests: they would pile up.
      case HEAD -> channel().isWritable() ? readHead(from) : hold(from);
      case SENDING -> readBody(from);
      case DISCARDING -> discardBody(from);
      case DECIDING, RESPONDING -> hold(from);
      case LINGERING, CLOSED -> {
        from.skipBytes(from.readableBytes());
        yield true;
      }
    };
  }

  /** What comes early stays where it is, and the rest of it with the client. */
  private boolean hold(ByteBuf from) {
    if (from.isReadable()) {
      pause();
    }
    return false;
  }

  private boolean readHead(ByteBuf from) {
    RequestHead head = heads.read(from);
    if (head == null) {
      if (heads.isFresh()) {
        setDeadline(edge.nowNanos(), connections.bounds().headerTimeout());
      }
      return false;
    }
    begin(head);
    Refusal refusal = heads.refusal();
    if (refusal == null) {
      origin().read(head);
      body.begin(head);
      edge.accept(request);
    } else {
      edge.refuseLast(request, refusal);
    }
    return true;
  }

  private void begin(RequestHead head) {
    request.begin(head, edge.clockNanos());
    origin().begin();
    told = false;
    state = ClientState.DECIDING;
  }

  private boolean readBody(ByteBuf from) {
    Exchange served = exchange;
    if (served == null) {
      return false;
    }
    pace.came(from.readableBytes());
    body.read(from, served);
    if (body.isMalformed()) {
      breakOff(Refusal.REQUEST_MALFORMED);
    } else if (body.isDone()) {
      state = ClientState.RESPONDING;
      served.endRequest();
    }
    return true;
  }

  /** Ends the exchange under way, if any: nobody must take half a body for a whole one. */
  void breakOff(Refusal why) {
    Exchange served = exchange;
    if (served == null) {
      return;
    }
    abandonExchange();
    if (served.isAnswered()) {
      edge.cut(request);
      sever();
    } else {
      state = ClientState.DECIDING;
      edge.breakOff(request, why);
    }
  }

  private boolean discardBody(ByteBuf from) {
    body.read(from, ByteBuf::release);
    if (body.isMalformed()) {
      close();
      return false;
    }
    if (body.isDone()) {
      next();
    }
    return true;
  }

  /** Answers a head that never came whole. */
  private void refuseUnread(Refusal why) {
    begin(connections.takeHead());
    edge.refuseLast(request, why);
  }

  /** Forwards the request that is served. */
  void forward(Exchange opened) {
    exchange = opened;
    opened.begin();
  }

  ClientState state() {
    return state;
  }

  /**
   * Answers the request that is served, without the upstream.
   *
   * @param last whether the response has told that the connection ends with it
   */
  void respond(ByteBuf response, boolean last) {
    abandonExchange();
    told |= last;
    send(response);
    ended();
  }

  /** An answer of ours takes the place of the upstream's, whatever has become of that. */
  private void abandonExchange() {
    Exchange served = exchange;
    exchange = null;
    if (served != null) {
      served.abandon();
    }
  }

  /** Answers the last request of this connection, of which more may be on its way. */
  void respondLast(ByteBuf response) {
    abandonExchange();
    send(response);
    if (state != ClientState.CLOSED) {
      edge.ended(request);
      linger();
    }
  }

  /** Returns whether a body is announced that the client has not been asked for. */
  boolean isUnasked() {
    return state == ClientState.DECIDING && !body.isDone() && request.head().expectsContinue();
  }

  @Override
  public RequestHead head() {
    return request.head();
  }

  @Override
  public void stamp(HeadBuffer upstreamHead) {
    edge.stamp(request, upstreamHead);
  }

  @Override
  public void sendBody() {
    Exchange served = exchange;
    if (served == null) {
      return;
    } else if (body.isDone()) {
      state = ClientState.RESPONDING;
      served.endRequest();
    } else {
      state = ClientState.SENDING;
      pace.begin(edge.nowNanos());
      if (request.head().expectsContinue() && unread.isEmpty()) {
        sendContinue();
      }
      resume();
    }
    process();
  }

  @Override
  public void answered(int status, HeadBuffer responseHead) {
    told = !keepsAlive();
    edge.answered(request, status, responseHead);
    if (told) {
      responseHead.field("connection", "close");
    }
  }

  /** Returns whether the connection goes on after this response, as far as is known. */
  boolean keepsAlive() {
    return request.head().keepsAlive() && !connections.isDraining();
  }

  @Override
  public void unanswered() {
    edge.unanswered(request);
  }

  @Override
  public void failed(Failure failure) {
    exchange = null;
    if (state != ClientState.CLOSED) {
      // The body, if any is left, is not wanted any more.
      state = ClientState.DECIDING;
      edge.failed(request, failure);
    }
  }

  @Override
  public void cut() {
    exchange = null;
    edge.cut(request);
    sever();
  }

  @Override
  public void ended() {
    exchange = null;
    if (state == ClientState.CLOSED) {
      return;
    }
    edge.ended(request);
    if (told) {
      leave();
    } else if (body.isDone()) {
      next();
    } else {
      state = ClientState.DISCARDING;
      setDeadline(edge.nowNanos(), Edge.LINGER);
      resume();
    }
    process();
  }

  private void next() {
    if (connections.isStopping()) {
      leave();
      return;
    }
    connections.giveBack(request.end());
    state = ClientState.HEAD;
    heads.hold(0);
    setDeadline(edge.nowNanos(), connections.bounds().idleTimeout());
    resume();
  }

  private void leave() {
    if (!body.isDone() || !unread.isEmpty()) {
      linger();
      return;
    }
    state = ClientState.LINGERING;
    setDeadline(edge.nowNanos(), connections.bounds().idleTimeout());
    closeOnceSent();
  }

  /**
   * Ends our side and reads on for a moment, so that a client that is still sending sees the
   * response rather than a connection reset (RFC 9112, 9.6).
   */
  private void linger() {
    state = ClientState.LINGERING;
    setDeadline(edge.nowNanos(), Edge.LINGER);
    endOutputOnceSent();
    resume();
  }

  void closeIfUnused() {
    if (state == ClientState.HEAD && unread.isEmpty()) {
      close();
    }
  }

  /** Looks whether a deadline has passed; called now and then, not per request. */
  void tick(long nowNanos) {
    Exchange served = exchange;
    if (served != null) {
      if (state == ClientState.SENDING && pace.isTooSlow(nowNanos, isReading())) {
        breakOff(Refusal.REQUEST_TIMEOUT);
      } else {
        served.tick(nowNanos);
        edge.renew(request, nowNanos);
      }
      return;
    }
    if (state.isTimed() && isLate(nowNanos)) {
      if (state == ClientState.HEAD && !unread.isEmpty() && channel().isWritable()) {
        refuseUnread(Refusal.REQUEST_TIMEOUT);
      } else {
        close();
      }
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    Exchange served = exchange;
    if (served != null && channel().isWritable()) {
      served.clientWritable();
    } else if (state == ClientState.HEAD && channel().isWritable()) {
      resume();
      process();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    boolean deciding = state == ClientState.DECIDING && exchange == null;
    state = ClientState.CLOSED;
    unread.clear();
    heads.hold(0);
    connections.closed(this);
    Exchange served = exchange;
    exchange = null;
    if (served != null) {
      served.abandon();
      edge.left(request, served.isAnswered());
    }
    if (!deciding) {
      // Else the edge still holds it, and finds that nobody waits for its answer.
      connections.giveBack(request.end());
    }
  }
}
