package io.tollgate.proxy;

import io.tollgate.wire.GrpcTimeout;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long an exchange may still take, by what it waits for. Times are of the event loop's coarse
 * clock, so that no exchange needs a timer or the clock of its own.
 */
final class Deadlines {
  /** One that ends just behind a tick is not to be noticed a whole tick later. */
  private static final long TICK_JITTER_NANOS = Forwarder.TICK.toNanos() / 5;

  /** At the tick nearest to the end of its time in all an exchange ends: it may be promised. */
  private static final long EARLY_NANOS = Forwarder.TICK.toNanos() / 2;

  /** An answer of which nothing has come for so long stands still. */
  private static final long STALLED_NANOS = Duration.ofMillis(500).toNanos();

  /** Who says that it waits for longer might as well have said nothing. */
  private static final long CALL_NANOS_MAX = Duration.ofDays(1).toNanos();

  private final long responseNanos;

  /** Longer than anything lasts, and short enough to be added to a time. */
  private static final long NEVER_NANOS = Long.MAX_VALUE / 4;

  private final long connectNanos;
  private long idleNanos;
  private long deadlineNanos;
  private final long totalDeadlineNanos;
  private final boolean hasTotal;
  private final long callDeadlineNanos;
  private final boolean hasCall;
  private boolean sent;

  /**
   * Makes those of one exchange.
   *
   * @param callNanos how long the caller itself waits for the end, or {@link GrpcTimeout#NONE}
   */
  Deadlines(ProxyConfig config, Timeouts ofRoute, long callNanos, long nowNanos) {
    responseNanos = either(ofRoute.response(), config.responseTimeout()).toNanos();
    idleNanos = either(ofRoute.idle(), config.idleTimeout()).toNanos();
    Duration total = either(ofRoute.total(), config.totalTimeout());
    hasTotal = !total.isZero();
    totalDeadlineNanos = nowNanos + total.toNanos() - Math.min(EARLY_NANOS, total.toNanos() / 2);
    hasCall = callNanos != GrpcTimeout.NONE;
    callDeadlineNanos = nowNanos + Math.min(callNanos, CALL_NANOS_MAX);
    // The wait for a connection ends after its making would have: each is told for what it is.
    connectNanos = config.connectTimeout().toNanos() + Forwarder.TICK.toNanos() * 4;
    deadlineNanos = nowNanos + connectNanos;
  }

  private static Duration either(@Nullable Duration ofRoute, Duration ofAll) {
    return ofRoute == null ? ofAll : ofRoute;
  }

  /** Nothing was sent, and another target is tried. */
  void redialled(long nowNanos) {
    if (!sent) {
      deadlineNanos = nowNanos + connectNanos;
    }
  }

  void connected(long nowNanos) {
    if (!sent) {
      deadlineNanos = nowNanos + idleNanos;
    }
  }

  /** Bytes have moved, one way or the other. */
  void progressed(long nowNanos) {
    deadlineNanos = nowNanos + idleNanos;
  }

  /**
   * The request is out whole: the response is waited for, unless that has begun before. A second
   * attempt gets no more time.
   */
  void sent(boolean answered, long nowNanos) {
    if (answered) {
      progressed(nowNanos);
    } else if (!sent) {
      sent = true;
      deadlineNanos = nowNanos + responseNanos;
    }
  }

  /** The connection has switched protocols: whoever speaks the next one knows how long it rests. */
  void switched(long nowNanos) {
    idleNanos = NEVER_NANOS;
    deadlineNanos = nowNanos + idleNanos;
  }

  boolean isPassed(long nowNanos) {
    return nowNanos + TICK_JITTER_NANOS - deadlineNanos > 0 || isTotalPassed(nowNanos);
  }

  /** Returns whether an answer that has begun stands still, whichever of the times has passed. */
  boolean isStalled(long nowNanos) {
    long movedNanos = deadlineNanos - idleNanos;
    return idleNanos != NEVER_NANOS
        && nowNanos + TICK_JITTER_NANOS - movedNanos > Math.min(idleNanos, STALLED_NANOS);
  }

  /**
   * Returns whether not even the caller waits any longer. Its call is never ended before it ends it
   * itself: it would take that for a fault.
   */
  boolean isCallPassed(long nowNanos) {
    return hasCall && nowNanos - callDeadlineNanos > 0;
  }

  /** Returns whether there is no time left in all, the caller's included. */
  boolean isTotalPassed(long nowNanos) {
    return (hasTotal && nowNanos - totalDeadlineNanos > 0) || isCallPassed(nowNanos);
  }
}
