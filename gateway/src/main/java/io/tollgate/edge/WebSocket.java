package io.tollgate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.tollgate.proxy.Exchange;
import io.tollgate.proxy.Failure;
import io.tollgate.proxy.Route;
import io.tollgate.wire.CloseFrame;
import io.tollgate.wire.FrameScanner;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.RequestHead;
import io.tollgate.wire.ResponseHead;
import io.tollgate.wire.Unread;
import java.net.URI;
import java.time.Duration;

/**
 * One WebSocket: takes the place of the {@link ClientConnection} that it began as, passes frames on
 * both ways, and ends when its key may not go on.
 *
 * <p>Whole heads of frames alone are passed on, so that a Close of ours can be put between two
 * frames at nearly any time. A side that is in the middle of one is ended without a word.
 *
 * <p>Confined to its event loop.
 */
final class WebSocket extends ClientChannel implements EdgeClient {
  /** How long whoever is cut off has to take the Close: he must be gone within a second. */
  static final Duration CUT_OFF_LINGER = Duration.ofMillis(200);

  /** How long a client has to take the last of what was meant for it. */
  private static final Duration LINGER = Duration.ofSeconds(10);

  private static final int SERVICE_UNAVAILABLE = 503;
  private static final String MALFORMED = "frame-malformed";
  private static final String TOO_BIG = "frame-too-big";

  private final Edge edge;
  private final Connections connections;
  private final EdgeRequest request;
  private final Exchange exchange;
  private final FrameScanner clientFrames;
  private final FrameScanner upstreamFrames;
  private final Unread fromClient;
  private final Unread fromUpstream;
  private final long idleNanos;
  private long movedNanos;
  private boolean ended;

  /**
   * Makes the WebSocket that a client's connection becomes.
   *
   * @param unread what the client has sent behind its handshake
   * @param deflated whether messages may be compressed
   */
  WebSocket(
      Edge edge,
      Connections connections,
      ClientConnection from,
      EdgeRequest request,
      Exchange exchange,
      Unread unread,
      boolean deflated) {
    super(from.channel(), from.origin(), connections.pad());
    this.edge = edge;
    this.connections = connections;
    this.request = request;
    this.exchange = exchange;
    fromClient = unread;
    fromUpstream = new Unread(from.alloc());
    WebSocketBounds bounds = edge.webSocketBounds();
    clientFrames = new FrameScanner(true, deflated, bounds.frameBytesMax());
    upstreamFrames = new FrameScanner(false, deflated, bounds.frameBytesMax());
    Route route = request.route();
    Duration idle = route.timeouts().idle();
    idleNanos = (idle == null ? bounds.idleTimeout() : idle).toNanos();
    movedNanos = edge.nowNanos();
  }

  /** Takes the place of the connection's handler; what has come early is read now. */
  void begin(ClientConnection from) {
    enter(ClientState.RESPONDING);
    connections.replace(from, this);
    channel().pipeline().replace(from, null, this);
    exchange.handOver(this);
    request.setClient(this);
    connections.giveBack(edge.letGoOfHead(request));
    if (connections.isStopping()) {
      closeIfUnused();
      return;
    }
    readClient();
    exchange.flush();
    if (!ended) {
      resume();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (ended) {
      in.release();
      return;
    }
    fromClient.add(in);
    readClient();
    exchange.flush();
  }

  private void readClient() {
    ByteBuf from = fromClient.left();
    if (from == null) {
      return;
    }
    int passing = clientFrames.scan(from);
    if (passing > 0) {
      movedNanos = edge.nowNanos();
      exchange.data(from.readRetainedSlice(passing));
    }
    judge(clientFrames, fromClient);
  }

  /** Takes what the upstream has sent. */
  @Override
  public void data(ByteBuf piece) {
    if (ended) {
      piece.release();
      return;
    }
    fromUpstream.add(piece);
    ByteBuf from = fromUpstream.left();
    if (from == null) {
      return;
    }
    int passing = upstreamFrames.scan(from);
    if (passing > 0) {
      movedNanos = edge.nowNanos();
      write(from.readRetainedSlice(passing));
    }
    judge(upstreamFrames, fromUpstream);
  }

  /** Looks what becomes of the WebSocket once all that may pass of one side has passed. */
  private void judge(FrameScanner frames, Unread rest) {
    int fault = frames.fault();
    if (fault != 0) {
      end(fault, fault == FrameScanner.TOO_BIG ? TOO_BIG : MALFORMED, Edge.LINGER);
    } else if (!frames.isClosed()) {
      rest.compact();
    } else {
      // Nothing may follow a Close.
      rest.clear();
      if (clientFrames.isClosed() && upstreamFrames.isClosed()) {
        finish(AccessEntry.FROM_UPSTREAM, LINGER);
      }
    }
  }

  /** Ends both sides, and tells them why where the last frame has passed whole. */
  private void end(int code, String reason, Duration linger) {
    if (ended) {
      return;
    }
    if (upstreamFrames.isAtBoundary() && !upstreamFrames.isClosed()) {
      write(CloseFrame.ofServer(alloc(), code, reason));
    }
    if (clientFrames.isAtBoundary() && !clientFrames.isClosed()) {
      exchange.data(CloseFrame.ofClient(alloc(), code, reason));
    }
    finish(reason, linger);
  }

  /** All has been said to both sides: they end. */
  private void finish(String outcome, Duration linger) {
    ended = true;
    // Also what waits, the Close among it.
    exchange.endRequest();
    exchange.flush();
    exchange.abandon();
    fromClient.clear();
    fromUpstream.clear();
    edge.closed(request, outcome);
    linger(edge.nowNanos(), linger);
  }

  @Override
  public void ended() {
    if (!ended) {
      finish(upstreamFrames.isClosed() ? AccessEntry.FROM_UPSTREAM : AccessEntry.CUT, LINGER);
    }
  }

  @Override
  public void cut(Failure why) {
    if (!ended) {
      ended = true;
      edge.cut(request);
      sever();
    }
  }

  /** The key has lost its rights, or there is nothing left to pay another interval with. */
  @Override
  public void breakOff(Refusal why) {
    // Whose key holds may come again when somebody can tell.
    boolean unsure = why.status() == SERVICE_UNAVAILABLE;
    int code = unsure ? CloseFrame.TRY_AGAIN_LATER : CloseFrame.POLICY_VIOLATION;
    end(code, why.code(), CUT_OFF_LINGER);
  }

  @Override
  public void closeIfUnused() {
    end(CloseFrame.GOING_AWAY, "going-away", Edge.LINGER);
  }

  @Override
  public void tick(long nowNanos) {
    if (ended) {
      if (isLate(nowNanos)) {
        // It has had its time: by TLS another would be given it to take the end.
        sever();
      }
      return;
    }
    exchange.tick(nowNanos);
    if (!ended && nowNanos - movedNanos > idleNanos) {
      end(CloseFrame.GOING_AWAY, "idle-timeout", Edge.LINGER);
    }
    if (!ended) {
      edge.renew(request, nowNanos);
    }
  }

  @Override
  public boolean isGone() {
    return ended;
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (!ended && isWritable()) {
      exchange.clientTook(true);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    enter(ClientState.CLOSED);
    connections.closed(this);
    if (!ended) {
      ended = true;
      exchange.abandon();
      edge.left(request, true);
    }
    fromClient.clear();
    fromUpstream.clear();
  }

  @Override
  public RequestHead head() {
    throw isSwitched();
  }

  @Override
  public void stamp(URI target, HeadBuffer upstreamHead) {
    throw isSwitched();
  }

  @Override
  public void sendBody() {
    throw isSwitched();
  }

  @Override
  public void answer(ResponseHead head, int bytesAtHand) {
    throw isSwitched();
  }

  @Override
  public void forward(Exchange opened) {
    throw isSwitched();
  }

  @Override
  public void unanswered() {
    throw isSwitched();
  }

  @Override
  public void refuse(Refusal refusal, HeadBuffer fields, boolean last) {
    throw isSwitched();
  }

  @Override
  public void failed(Failure failure) {
    throw isSwitched();
  }

  /** What concerns the request that it began as is over since the upstream answered that. */
  private static IllegalStateException isSwitched() {
    return new IllegalStateException("a WebSocket is no request any more");
  }
}
