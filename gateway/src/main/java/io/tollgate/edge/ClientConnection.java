package io.tollgate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.tollgate.proxy.Exchange;
import io.tollgate.proxy.Failure;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.Method;
import io.tollgate.wire.RequestHead;
import io.tollgate.wire.ResponseHead;
import io.tollgate.wire.Unread;
import io.tollgate.wire.WebSocketHandshake;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client by HTTP/1.1: requests are read from it one after the other, each is
 * handed to the {@link Edge}, and its answer goes out before the next is looked at.
 *
 * <p>Confined to its event loop.
 */
final class ClientConnection extends ClientChannel implements EdgeClient {
  private final Edge edge;
  private final Connections connections;
  private final EdgeRequest request = new EdgeRequest(this);
  private final HeadReader heads;
  private final RequestBody body;
  private final Unread unread;

  private @Nullable Exchange exchange;
  private boolean processing;
  private boolean told;

  ClientConnection(Edge edge, Connections connections, Channel channel, Origin origin) {
    super(channel, origin, connections.pad());
    this.edge = edge;
    this.connections = connections;
    heads = new HeadReader(connections);
    unread = new Unread(channel.alloc());
    body = new RequestBody(connections.bounds());
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
    if (!heads.hold(state() == ClientState.HEAD ? unread.heldBytes() : 0)) {
      refuseUnread(Refusal.HEADERS_OVERLOADED);
    }
  }

  private boolean step(ByteBuf from) {
    return switch (state()) {
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
    request.begin(head, edge.readClock());
    origin().begin();
    told = false;
    enter(ClientState.DECIDING);
  }

  private boolean readBody(ByteBuf from) {
    Exchange served = exchange;
    if (served == null) {
      return false;
    }
    Refusal refusal = body.send(from, served);
    if (refusal != null) {
      breakOff(refusal);
    } else if (body.isDone()) {
      enter(ClientState.RESPONDING);
      served.endRequest();
    }
    return true;
  }

  @Override
  public void breakOff(Refusal why) {
    Exchange served = exchange;
    if (served == null) {
      return;
    }
    abandonExchange();
    if (served.isAnswered()) {
      edge.cut(request);
      sever();
    } else {
      enter(ClientState.DECIDING);
      edge.breakOff(request, why);
    }
  }

  private boolean discardBody(ByteBuf from) {
    if (!body.drop(from)) {
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

  @Override
  public void forward(Exchange opened) {
    exchange = opened;
    body.allow(request.bodyBytesMax());
    opened.begin();
  }

  @Override
  public void refuse(Refusal refusal, HeadBuffer fields, boolean last) {
    // A client that was not asked for its body may send it or not: nobody can tell what follows.
    boolean ends = last || isUnasked() || !keepsAlive();
    abandonExchange();
    boolean bodiless = request.head().method() == Method.HEAD;
    responses().refuse(refusal, fields, ends, bodiless);
    if (!last) {
      told |= ends;
      finish();
    } else if (state() != ClientState.CLOSED) {
      edge.ended(request);
      linger(edge.nowNanos(), Edge.LINGER);
    }
  }

  /** An answer of ours takes the place of the upstream's, whatever has become of that. */
  private void abandonExchange() {
    Exchange served = exchange;
    exchange = null;
    responses().drop();
    if (served != null) {
      served.abandon();
    }
  }

  /** Returns whether a body is announced that the client has not been asked for. */
  private boolean isUnasked() {
    return state() == ClientState.DECIDING && !body.isDone() && request.head().expectsContinue();
  }

  @Override
  public RequestHead head() {
    return request.head();
  }

  @Override
  public void stamp(URI target, HeadBuffer upstreamHead) {
    edge.stamp(request, target, upstreamHead);
  }

  @Override
  public void sendBody() {
    Exchange served = exchange;
    if (served == null) {
      return;
    } else if (body.isDone()) {
      enter(ClientState.RESPONDING);
      served.endRequest();
    } else {
      enter(ClientState.SENDING);
      body.beginSending(edge.nowNanos());
      if (request.head().expectsContinue() && unread.isEmpty()) {
        sendContinue();
      }
      resume();
    }
    process();
  }

  @Override
  public void answer(ResponseHead head, int bytesAtHand) {
    if (head.status() == ResponseHead.SWITCHING_PROTOCOLS) {
      switchOver(head);
      return;
    }
    told = !keepsAlive();
    HeadBuffer out = responses().begin(head, request.head().isHttp10());
    edge.answered(request, head.status(), out);
    responses().endHead(told, bytesAtHand);
  }

  /** From here on the connection is a WebSocket's, and this handler nobody's. */
  private void switchOver(ResponseHead head) {
    Exchange served = Objects.requireNonNull(exchange);
    exchange = null;
    enter(ClientState.CLOSED);
    HeadBuffer out = responses().begin(head, false);
    WebSocketHandshake.writeResponse(head, out);
    edge.answered(request, head.status(), out);
    responses().endHead(false, 0);
    flush();
    boolean deflated = WebSocketHandshake.isDeflated(head);
    new WebSocket(edge, connections, this, request, served, unread, deflated).begin(this);
  }

  /** Returns whether the connection goes on after this response, as far as is known. */
  private boolean keepsAlive() {
    // What follows a handshake that failed might be meant for frames.
    return request.head().keepsAlive() && !connections.isDraining() && !request.isWebSocket();
  }

  @Override
  public void unanswered() {
    edge.unanswered(request);
  }

  @Override
  public void failed(Failure failure) {
    exchange = null;
    if (state() != ClientState.CLOSED) {
      // The body, if any is left, is not wanted any more.
      enter(ClientState.DECIDING);
      edge.failed(request, failure);
    }
  }

  @Override
  public void cut(Failure why) {
    exchange = null;
    responses().drop();
    edge.cut(request);
    sever();
  }

  @Override
  public void ended() {
    exchange = null;
    responses().end();
    finish();
  }

  /** The response is out. */
  private void finish() {
    if (state() == ClientState.CLOSED) {
      return;
    }
    edge.ended(request);
    if (told) {
      leave();
    } else if (body.isDone()) {
      next();
    } else {
      enter(ClientState.DISCARDING);
      // Nobody wants the rest, however long it is: its time is bounded.
      body.allow(BodyStep.ANY);
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
    enter(ClientState.HEAD);
    heads.hold(0);
    setDeadline(edge.nowNanos(), connections.bounds().idleTimeout());
    resume();
  }

  private void leave() {
    if (!body.isDone() || !unread.isEmpty()) {
      linger(edge.nowNanos(), Edge.LINGER);
      return;
    }
    enter(ClientState.LINGERING);
    setDeadline(edge.nowNanos(), connections.bounds().idleTimeout());
    closeOnceSent();
  }

  @Override
  public void closeIfUnused() {
    if (state() == ClientState.HEAD && unread.isEmpty()) {
      close();
    }
  }

  @Override
  public void tick(long nowNanos) {
    Exchange served = exchange;
    if (served != null) {
      if (state() == ClientState.SENDING
          && !served.isAnswered()
          && body.isTooSlow(nowNanos, isReading())) {
        breakOff(Refusal.REQUEST_TIMEOUT);
      } else {
        served.tick(nowNanos);
        edge.renew(request, nowNanos);
      }
      return;
    }
    if (state().isTimed() && isLate(nowNanos)) {
      if (state() == ClientState.HEAD && !unread.isEmpty() && channel().isWritable()) {
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
      served.clientTook(true);
    } else if (state() == ClientState.HEAD && channel().isWritable()) {
      resume();
      process();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    boolean deciding = state() == ClientState.DECIDING && exchange == null;
    enter(ClientState.CLOSED);
    unread.clear();
    heads.hold(0);
    responses().drop();
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
