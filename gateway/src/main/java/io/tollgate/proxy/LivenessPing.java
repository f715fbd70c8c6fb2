package io.tollgate.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out by PINGs whether the other end of a connection by HTTP/2 is still there, where requests
 * went out and nothing at all comes back.
 *
 * <p>A flow may be lost without a word, as where a node behind a virtual address dies: new
 * connections lead elsewhere then, and on the old one requests would go on to time out until the
 * kernel gives it up, after a quarter of an hour. A PING is answered by the upstream's HTTP/2,
 * however slow what stands behind it. No request is given to a connection that is being asked.
 *
 * <p>Confined to the event loop of its connection.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // A write that fails closes the channel, and that is heard.
final class LivenessPing {
  /** How long nothing at all may come after a request before the other end is asked. */
  static final Duration QUIET_MAX = Duration.ofSeconds(2);

  /** How long the answer may take, a pause of the upstream for its own memory included. */
  static final Duration ANSWER_MAX = Duration.ofSeconds(5);

  /**
   * And how long while much of bodies goes out: the question waits behind it in buffers, here and
   * in the kernel, and a link may be slow.
   */
  static final Duration ANSWER_MAX_OF_UPLOAD = Duration.ofSeconds(30);

  /** With so much of bodies before it the question may wait. */
  static final int UPLOAD_BYTES = 64 * 1024;

  /**
   * So many PINGs are sent until something of a response comes: servers of gRPC end a connection,
   * and with it what others wait for, at the third or fourth.
   */
  static final int PINGS_MAX = 2;

  /** Before each further PING, and before it is left at last, it may be quiet for longer. */
  private static final int QUIET_GROWTH = 4;

  /** What has come while the event loop was held up is read before the verdict. */
  private static final Duration LAST_READ = Duration.ofMillis(100);

  private final Http2Link link;
  private boolean asked;
  private boolean looking;
  private long sentBytes;
  private long askedNanos;
  private long quietNanosMax = QUIET_MAX.toNanos();
  private int pings;
  private @Nullable Future<?> verdict;

  LivenessPing(Http2Link link) {
    this.link = link;
  }

  /** Returns whether a PING is under way. */
  boolean isPending() {
    return verdict != null;
  }

  /** A request goes out. */
  void asked() {
    if (!asked) {
      asked = true;
      askedNanos = nowNanos();
      if (!looking) {
        looking = true;
        after(QUIET_MAX.toNanos(), this::look);
      }
    }
  }

  /** A piece of a body goes out. */
  void sent(int bytes) {
    sentBytes += bytes;
  }

  /** Something came, whatever it is. */
  void heard() {
    asked = false;
    sentBytes = 0;
    Future<?> pending = verdict;
    if (pending != null) {
      verdict = null;
      pending.cancel(false);
      // Not from within the codec.
      context().executor().execute(link::tellRoom);
    }
  }

  /** What came was of a response, which is more than to be there. */
  void served() {
    pings = 0;
    quietNanosMax = QUIET_MAX.toNanos();
  }

  private void look() {
    looking = false;
    if (!asked || isPending() || !context().channel().isActive()) {
      return;
    }
    long leftNanos = quietNanosMax - (nowNanos() - askedNanos);
    if (leftNanos > 0) {
      looking = true;
      // Not all that is left at once, since a response makes it less.
      after(Math.min(leftNanos, QUIET_MAX.toNanos()), this::look);
    } else if (pings < PINGS_MAX) {
      ping();
    } else {
      // It can't be asked once more: what is on it may still end well, and nothing is added.
      link.leave();
      link.tellRoom();
    }
  }

  private void ping() {
    pings++;
    quietNanosMax *= QUIET_GROWTH;
    link.encoder().writePing(context(), false, pings, context().newPromise());
    context().flush();
    verdict =
        after(
            (sentBytes > UPLOAD_BYTES ? ANSWER_MAX_OF_UPLOAD : ANSWER_MAX).toNanos(),
            () -> verdict = after(LAST_READ.toNanos(), () -> context().close()));
  }

  private Future<?> after(long nanos, Runnable then) {
    return context().executor().schedule(then, nanos, TimeUnit.NANOSECONDS);
  }

  private long nowNanos() {
    return context().executor().ticker().nanoTime();
  }

  private ChannelHandlerContext context() {
    return link.context();
  }
}
