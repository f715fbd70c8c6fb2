package io.tollgate.proxy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long an exchange may still take, by what it waits for. Times are of the event loop's coarse
 * clock, so that no exchange needs a timer or the clock of its own.
 */
final class Deadlines {
  private final long responseNanos;

  /** Longer than anything lasts, and short enough to be added to a time. */
  private static final long NEVER_NANOS = Long.MAX_VALUE / 4;

  private long idleNanos;
  private long deadlineNanos;
  private final long totalDeadlineNanos;
  private final boolean hasTotal;
  private boolean sent;

  Deadlines(ProxyConfig config, Timeouts ofRoute, long nowNanos) {
    responseNanos = either(ofRoute.response(), config.responseTimeout()).toNanos();
    idleNanos = either(ofRoute.idle(), config.idleTimeout()).toNanos();
    Duration total = either(ofRoute.total(), config.totalTimeout());
    hasTotal = !total.isZero();
    totalDeadlineNanos = nowNanos + total.toNanos();
    // The wait for a connection ends after its making would have: each is told for what it is.
    deadlineNanos = nowNanos + config.connectTimeout().toNanos() + Forwarder.TICK.toNanos() * 4;
  }

  private static Duration either(@Nullable Duration ofRoute, Duration ofAll) {
    return ofRoute == null ? ofAll : ofRoute;
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

  /** The request is out whole: the response is waited for. A second attempt gets no more time. */
  void sent(long nowNanos) {
    if (!sent) {
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
    return nowNanos - deadlineNanos > 0 || (hasTotal && nowNanos - totalDeadlineNanos > 0);
  }
}
