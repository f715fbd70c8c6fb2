package io.tollgate.edge;

import io.netty.channel.ChannelFuture;
import java.util.function.LongSupplier;

/**
 * The ends of streams that are written and have not gone out: a client that takes none of them for
 * long reads nothing at all, and would hold its connection for good.
 *
 * <p>Confined to its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A listener's future says nothing new.
final class UnsentEnds {
  private final LongSupplier nowNanos;
  private int count;
  private long sinceNanos;

  UnsentEnds(LongSupplier nowNanos) {
    this.nowNanos = nowNanos;
  }

  void add(ChannelFuture end) {
    if (end.isDone()) {
      return;
    }
    if (count == 0) {
      sinceNanos = nowNanos.getAsLong();
    }
    count++;
    end.addListener(sent -> gone());
  }

  private void gone() {
    count--;
    sinceNanos = nowNanos.getAsLong();
  }

  /** Returns whether none of them has gone out for so long. */
  boolean areStuck(long now, long forNanos) {
    return count > 0 && now - sinceNanos > forNanos;
  }
}
