package io.tollgate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import io.tollgate.proxy.Exchange;
import io.tollgate.proxy.Failure;
import io.tollgate.proxy.UpstreamProtocol;
import io.tollgate.wire.BodyPiece;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.Method;
import io.tollgate.wire.Rebuild;
import io.tollgate.wire.RequestHead;
import io.tollgate.wire.ResponseHead;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One request by HTTP/2 and its answer: a stream of a client's connection.
 *
 * <p>Its window is given back as the upstream takes the body, so what is held of it is bounded; so
 * is what is held of the answer, since no more of that is read while the client takes none.
 *
 * <p>Confined to its event loop.
 */
final class ClientStream implements EdgeClient {
  private static final int OK = 200;

  private final Http2ClientConnection connection;
  private final Edge edge;
  private final Connections connections;
  private final Http2Stream stream;
  private final Origin origin;
  private final EdgeRequest request = new EdgeRequest(this);
  private final StreamBody body;
  private final StreamWriter answer;
  private final StreamDeadline deadline;

  private ClientState state = ClientState.DECIDING;
  private @Nullable Exchange exchange;
  private boolean grpc;

  /** Whether the answer is being written to its end, which may close the stream. */
  private boolean ending;

  ClientStream(
      Http2ClientConnection connection,
      Edge edge,
      Connections connections,
      Http2Stream stream,
      Origin origin) {
    this.connection = connection;
    this.edge = edge;
    this.connections = connections;
    this.stream = stream;
    this.origin = origin;
    body = new StreamBody(connection, stream, connections);
    answer = new StreamWriter(connection, stream, this::moved);
    deadline = new StreamDeadline(stream, connections.bounds().idleTimeout());
  }

  /**
   * Begins the request.
   *
   * @param refusal why it can't be served; null if it can
   * @param end whether its head is all of it
   */
  void begin(RequestHead head, @Nullable Refusal refusal, boolean end) {
    request.begin(head, edge.readClock());
    origin.begin();
    body.begin(head, end);
    grpc = connections.speller().isGrpc();
    if (refusal == null) {
      origin.read(head);
      edge.accept(request);
    } else {
      edge.refuseLast(request, refusal);
    }
  }

  /**
   * Takes a piece of the body, which stays the caller's.
   *
   * @param windowBytes what it takes of the stream's window
   * @return how much of that is given back at once
   */
  int take(ByteBuf piece, int windowBytes, boolean end) throws Http2Exception {
    body.count(piece.readableBytes(), end);
    Exchange served = exchange;
    if (served != null && body.bytes() > request.bodyBytesMax()) {
      breakOff(Refusal.BODY_TOO_LARGE);
      return windowBytes;
    }
    if (state == ClientState.DECIDING) {
      body.hold(piece);
      return body.take(windowBytes, false);
    }
    if (state != ClientState.SENDING || served == null) {
      return windowBytes;
    }
    if (piece.isReadable()) {
      served.data(BodyPiece.kept(piece));
    }
    sendEnd(served);
    served.flush();
    return body.take(windowBytes, true);
  }

  /** The client's side has ended by trailers. */
  void endRequest() throws Http2Exception {
    body.count(0, true);
    Exchange served = exchange;
    if (served != null) {
      sendEnd(served);
      served.flush();
    }
  }

  private void sendEnd(Exchange served) {
    if (body.isEnded() && state == ClientState.SENDING) {
      state = ClientState.RESPONDING;
      served.endRequest();
    }
  }

  void bodyCame(int bytes) {
    body.came(bytes);
  }

  /** Returns whether the body goes on, or will once that is decided. */
  boolean takesBody() {
    return state == ClientState.DECIDING || state == ClientState.SENDING;
  }

  @Override
  public void forward(Exchange opened) {
    exchange = opened;
    opened.begin();
  }

  @Override
  public void sendBody() {
    Exchange served = exchange;
    if (served == null) {
      return;
    }
    if (!body.isEnded() && !body.isEarly() && request.head().expectsContinue()) {
      answer.askForBody();
    }
    state = ClientState.SENDING;
    body.giveHeld(served, edge.nowNanos());
    sendEnd(served);
    served.flush();
    body.giveBack();
  }

  @Override
  public void pause() {
    body.pause();
  }

  @Override
  public void resume() {
    body.resume();
  }

  @Override
  public void answer(ResponseHead head, int bytesAtHand) {
    HeadBuffer out = connections.pad().clear();
    Rebuild.copyResponse(head, out);
    // A length if there is one; where the body ends is told by the stream itself.
    Rebuild.frameResponse(head, out, true);
    edge.answered(request, head.status(), out);
    answer.begin(head.status(), out, head.framing());
  }

  @Override
  public void data(ByteBuf piece) {
    answer.data(piece);
  }

  @Override
  public void trailers(HeadBuffer fields) {
    answer.trailers(fields);
  }

  @Override
  public void flush() {
    answer.flush();
  }

  @Override
  public boolean isWritable() {
    return !answer.isFull();
  }

  /** Something of the answer's body has gone out. */
  private void moved() {
    Exchange served = exchange;
    if (served == null) {
      deadline.progressed(edge.nowNanos());
    } else {
      served.clientTook(!answer.isFull());
    }
  }

  @Override
  public void ended() {
    exchange = null;
    if (state == ClientState.CLOSED) {
      return;
    }
    ending = true;
    answer.end();
    finish();
  }

  /** The answer is written to its end, if the stream has let it. */
  private void finish() {
    ending = false;
    edge.ended(request);
    connections.giveBack(request.end());
    if (state == ClientState.CLOSED) {
      return;
    }
    body.drop();
    state = body.isEnded() ? ClientState.LINGERING : ClientState.DISCARDING;
    deadline.begin(edge.nowNanos(), body.isEnded());
  }

  @Override
  public void refuse(Refusal refusal, HeadBuffer fields, boolean last) {
    abandonExchange();
    if (state == ClientState.CLOSED) {
      return;
    }
    boolean bodiless = grpc || request.head().method() == Method.HEAD;
    ending = true;
    answer.head(grpc ? OK : refusal.status(), fields, bodiless);
    if (!bodiless) {
      byte[] problem = refusal.body().getBytes(StandardCharsets.US_ASCII);
      answer.data(Unpooled.wrappedBuffer(problem));
    }
    answer.end();
    finish();
  }

  /** An answer of ours takes the place of the upstream's, whatever has become of that. */
  private void abandonExchange() {
    Exchange served = exchange;
    exchange = null;
    answer.drop();
    if (served != null) {
      served.abandon();
    }
  }

  @Override
  public void breakOff(Refusal why) {
    Exchange served = exchange;
    if (served == null) {
      return;
    }
    abandonExchange();
    if (served.isAnswered()) {
      over();
      answer.breakOff(grpc ? why : null, connections.pad());
    } else {
      state = ClientState.DECIDING;
      edge.breakOff(request, why);
    }
  }

  @Override
  public void unanswered() {
    edge.unanswered(request);
  }

  @Override
  public void failed(Failure failure) {
    exchange = null;
    if (state != ClientState.CLOSED) {
      state = ClientState.DECIDING;
      edge.failed(request, failure);
    }
  }

  @Override
  public void cut(Failure why) {
    exchange = null;
    over();
    answer.cut(grpc ? Refusal.of(why) : null, connections.pad());
  }

  /** All is told of the request, whose stream is about to end in the midst of its answer. */
  private void over() {
    edge.cut(request);
    state = ClientState.CLOSED;
    body.close();
    connections.giveBack(request.end());
  }

  @Override
  public void close() {
    connection.reset(stream, Http2Error.INTERNAL_ERROR);
  }

  /** The stream is over: both sides have ended, or one of them has reset it. */
  void closed() {
    ClientState before = state;
    state = ClientState.CLOSED;
    body.close();
    answer.drop();
    if (ending) {
      return;
    }
    Exchange served = exchange;
    exchange = null;
    if (served != null) {
      served.abandon();
      edge.left(request, served.isAnswered());
    }
    boolean isHeld = served == null && before == ClientState.DECIDING;
    if (before != ClientState.CLOSED && !isHeld) {
      // Else the edge still holds it, and finds that nobody waits for its answer.
      connections.giveBack(request.end());
    }
  }

  void tick(long nowNanos) {
    Exchange served = exchange;
    if (served != null) {
      if (isTooSlow(served, nowNanos)) {
        breakOff(Refusal.REQUEST_TIMEOUT);
      } else {
        served.tick(nowNanos);
        edge.renew(request, nowNanos);
      }
    } else if (state.isTimed()) {
      deadline.tick(connection, nowNanos);
    }
  }

  /** Calls of gRPC, where routes carry them, and who talks and listens may be silent for long. */
  private boolean isTooSlow(Exchange served, long nowNanos) {
    return state == ClientState.SENDING
        && !(grpc && request.route().destination().protocol() == UpstreamProtocol.HTTP2)
        && !served.isAnswered()
        && body.isTooSlow(nowNanos);
  }

  @Override
  public boolean isGrpc() {
    return grpc;
  }

  @Override
  public long bodyBytes() {
    return body.bytes();
  }

  @Override
  public Origin origin() {
    return origin;
  }

  @Override
  public boolean isGone() {
    return state == ClientState.CLOSED;
  }

  @Override
  public boolean isDeciding() {
    return state == ClientState.DECIDING;
  }

  @Override
  public RequestHead head() {
    return request.head();
  }

  @Override
  public ByteBufAllocator alloc() {
    return connection.channel().alloc();
  }

  @Override
  public void stamp(URI target, HeadBuffer upstreamHead) {
    edge.stamp(request, target, upstreamHead);
  }
}
