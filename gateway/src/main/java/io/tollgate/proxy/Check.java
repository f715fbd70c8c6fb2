package io.tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.tollgate.wire.GrpcTimeout;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.RequestHead;
import io.tollgate.wire.ResponseHead;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request of our own to an endpoint, on a connection of its own, whose answer tells whether it
 * serves: an exchange like any other, of which we are the client.
 *
 * <p>By a route's check the answer must be 2xx or 3xx. Without one we ask for the base, where
 * nothing needs to be: then any answer will do but those by which a proxy tells that what is behind
 * it does not serve.
 *
 * <p>Confined to the event loop that owns it.
 */
final class Check implements Client {
  private static final Logger LOG = LoggerFactory.getLogger(Check.class);

  /** Who sends more than this serves. */
  private static final int BODY_BYTES_MAX = 64 * 1024;

  private static final int FIELDS_MAX = 8;

  /** How one ends. */
  enum Outcome {
    WELL,
    FAILED,
    /** It got no connection or answer, where others stand and are served. */
    FULL,
    /** It could not be made, by no fault of the endpoint's. */
    NOT_MADE
  }

  private final Forwarder forwarder;
  private final Endpoint endpoint;
  private final Consumer<Check> ended;
  private final TargetPool pool;
  private final RequestHead head = new RequestHead(Integer.MAX_VALUE, FIELDS_MAX);
  private final Exchange exchange;
  private final long begunNanos;
  private int status;
  private long bodyBytes;
  private boolean connected;
  private boolean over;

  Check(Forwarder forwarder, Endpoint endpoint, Consumer<Check> ended) {
    this.forwarder = forwarder;
    this.endpoint = endpoint;
    this.ended = ended;
    begunNanos = forwarder.nowNanos();
    // What is found out here must count once, by the check's end.
    var noHealth = new Health(forwarder.targets().config(), false, change -> {}, 0);
    pool =
        forwarder.poolOfItsOwn(
            new Endpoint(
                endpoint.url(),
                endpoint.address(),
                endpoint.check(),
                endpoint.protocol(),
                noHealth));
    Duration timeout = forwarder.targets().config().checkTimeout();
    var deadlines =
        new Deadlines(
            forwarder.config(),
            new Timeouts(timeout, timeout, timeout),
            GrpcTimeout.NONE,
            forwarder.nowNanos());
    ByteBuf bytes = ByteBufUtil.writeAscii(alloc(), text(endpoint));
    if (head.parse(bytes, bytes.readableBytes()) != null) {
      throw new IllegalStateException("a path that a route was given is good");
    }
    bytes.readerIndex(0);
    var route = Route.to("/", endpoint.url().toString());
    exchange = new Exchange(forwarder, null, route, pool, this, bytes, deadlines, false);
  }

  private static String text(Endpoint endpoint) {
    URI url = endpoint.url();
    String path = endpoint.check().isEmpty() ? UpstreamAddress.base(url) + '/' : endpoint.check();
    return "GET "
        + path
        + " HTTP/1.1\r\nhost: "
        + url.getRawAuthority()
        + "\r\nuser-agent: tollgate-check\r\n\r\n";
  }

  void begin() {
    exchange.begin();
  }

  void tick(long nowNanos) {
    exchange.tick(nowNanos);
  }

  /** Leaves it, without a result. */
  void abandon() {
    end(Outcome.NOT_MADE);
    exchange.abandon();
  }

  private Outcome judged() {
    boolean well =
        endpoint.check().isEmpty()
            ? status < TargetPool.BAD_GATEWAY || status > TargetPool.GATEWAY_TIMEOUT
            : status >= 200 && status < 400;
    return well ? Outcome.WELL : Outcome.FAILED;
  }

  private void end(Outcome outcome) {
    if (over) {
      return;
    }
    over = true;
    ended.accept(this);
    pool.retire();
    long nowNanos = forwarder.nowNanos();
    if (outcome != Outcome.WELL) {
      LOG.debug("a check of {}: {}, status {}", endpoint, outcome, status);
    }
    forwarder.targets().metrics().checked(endpoint, outcome);
    switch (outcome) {
      case WELL, FAILED -> endpoint.health().checked(outcome == Outcome.WELL, nowNanos);
      case FULL -> endpoint.health().full(nowNanos);
      case NOT_MADE -> endpoint.health().uncheckable(nowNanos);
    }
  }

  @Override
  public RequestHead head() {
    return head;
  }

  @Override
  public String address() {
    return "";
  }

  @Override
  public String scheme() {
    return "http";
  }

  @Override
  public ByteBufAllocator alloc() {
    return ByteBufAllocator.DEFAULT;
  }

  @Override
  public void stamp(URI target, HeadBuffer upstreamHead) {}

  @Override
  public void sendBody() {
    connected = true;
    exchange.endRequest();
    exchange.flush();
  }

  @Override
  public void pause() {}

  @Override
  public void resume() {}

  @Override
  public void answer(ResponseHead responseHead, int bytesAtHand) {
    status = responseHead.status();
  }

  @Override
  public void data(ByteBuf piece) {
    bodyBytes += piece.readableBytes();
    piece.release();
    if (bodyBytes > BODY_BYTES_MAX) {
      end(judged());
      exchange.abandon();
    }
  }

  @Override
  public void flush() {}

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public void trailers(HeadBuffer fields) {}

  @Override
  public void ended() {
    end(judged());
  }

  @Override
  public void unanswered() {}

  @Override
  public void cut(Failure why) {
    end(Outcome.FAILED);
  }

  /**
   * Returns whether others were served while it waited in vain. Then it lives, and by its base is
   * asked for nothing else: that may take long by itself. A route's check means what it says.
   */
  private boolean isServing(Failure failure) {
    return failure == Failure.SILENT
        && endpoint.check().isEmpty()
        && endpoint.health().isServing(false, begunNanos, forwarder.nowNanos());
  }

  @Override
  public void failed(Failure failure) {
    if (connected) {
      end(isServing(failure) ? Outcome.FULL : Outcome.FAILED);
      return;
    }
    DialFault fault = Objects.requireNonNullElse(pool.dialFault(), DialFault.SILENT);
    boolean full = endpoint.isFull(fault, begunNanos, forwarder.nowNanos());
    end(fault == DialFault.NO_SOCKET ? Outcome.NOT_MADE : full ? Outcome.FULL : Outcome.FAILED);
  }
}
