package io.tollgate.edge;

import io.netty.channel.EventLoop;
import io.tollgate.proxy.Forwarder;
import io.tollgate.ring.Access;
import io.tollgate.ring.Denial;
import io.tollgate.ring.Grant;
import io.tollgate.ring.Verdict;
import io.tollgate.ring.Verifier;
import java.time.Duration;

/**
 * Looks again at the key of an exchange that has been under way for a while: what is revoked ends,
 * and so does what no store vouches for, within a second. Confined to its event loop.
 *
 * <p>That second begins when the revoke returns, and by then nobody's answer says any more that the
 * key holds (0015, 0016). So what an exchange goes on by was asked for before, and both times here
 * are counted from that question on. To each comes a tick until it is noticed, and to the longer
 * one what a client may have after that (200 ms, and a tick more): that is 950 ms in all where
 * ticks come in time, and below the second where each is 10 ms late.
 */
final class Renewal {
  /** How often a long exchange's key is looked at again. */
  private static final long RENEW_NANOS = Duration.ofMillis(300).toNanos();

  /**
   * How long an exchange goes on while nobody can tell whether its key still holds: so long that a
   * Redis which has just frozen may miss its deadline, and Postgres answer in its place.
   */
  private static final long UNCONFIRMED_NANOS_MAX = Duration.ofMillis(650).toNanos();

  /**
   * So many ticks must have come since as well: a pause of the JVM, or the want of a core, is no
   * outage of the stores. Where ticks come in time, that is sooner than the bound above.
   */
  private static final int TICKS_MIN = (int) (UNCONFIRMED_NANOS_MAX / Forwarder.TICK.toNanos()) - 2;

  /** And so many since the last pause, in which an answer may have come that nobody has read. */
  private static final int TICKS_MIN_AFTER_PAUSE = (int) (RENEW_NANOS / Forwarder.TICK.toNanos());

  /** Unless so many have come: pauses one after the other are not waited out for ever. */
  private static final int TICKS_MAX = 2 * TICKS_MIN;

  private static final long PAUSE_NANOS_MIN = 2 * Forwarder.TICK.toNanos();

  private final EventLoop eventLoop;
  private final Verifier verifier;
  private final EdgeMetrics metrics;
  private final long[] ticksNanos = new long[TICKS_MAX];
  private long ticks;
  private long pauseTick;

  Renewal(EventLoop eventLoop, Verifier verifier, EdgeMetrics metrics) {
    this.eventLoop = eventLoop;
    this.verifier = verifier;
    this.metrics = metrics;
  }

  /** Hears of each tick of the event loop, before exchanges are looked at. */
  void tick(long nowNanos) {
    if (ticks > 0 && nowNanos - tickNanos(ticks - 1) > PAUSE_NANOS_MIN) {
      pauseTick = ticks;
    }
    ticksNanos[(int) (ticks % TICKS_MAX)] = nowNanos;
    ticks++;
  }

  private long tickNanos(long tick) {
    return ticksNanos[(int) (tick % TICKS_MAX)];
  }

  private boolean haveCome(int count, long sinceNanos) {
    return ticks >= count && tickNanos(ticks - count) - sinceNanos >= 0;
  }

  /** Returns whether so many ticks have come since that a store that runs would have answered. */
  private boolean hasComeRound(long sinceNanos) {
    boolean rested = ticks - pauseTick >= TICKS_MIN_AFTER_PAUSE;
    return haveCome(rested ? TICKS_MIN : TICKS_MAX, sinceNanos);
  }

  void renew(EdgeRequest request, long nowNanos) {
    Grant grant = request.grant();
    long unconfirmedNanos = nowNanos - request.confirmedNanos();
    if (grant == null || unconfirmedNanos < RENEW_NANOS) {
      return;
    }
    // Also while a store is asked: the ring may have been confirmed by the other one meanwhile.
    Verdict known = verifier.known(grant, nowNanos);
    if (known != null) {
      request.setRenewing(false);
      renewed(request, known, nowNanos);
    } else if (unconfirmedNanos > UNCONFIRMED_NANOS_MAX && hasComeRound(request.confirmedNanos())) {
      // A store that is frozen may take seconds to be given up: nobody waits for that here.
      breakOff(request, Refusal.STORES_UNREACHABLE);
    } else if (!request.isRenewing()) {
      request.setRenewing(true);
      verifier
          .lookUp(grant)
          .onSuccess(found -> eventLoop.execute(() -> renewed(request, grant, found, nowNanos)));
    }
  }

  private void renewed(EdgeRequest request, Grant grant, Verdict found, long askedNanos) {
    // The connection may serve another request by now, which was judged by itself.
    if (request.isRenewing() && grant.equals(request.grant())) {
      request.setRenewing(false);
      renewed(request, found, askedNanos);
    }
  }

  private void renewed(EdgeRequest request, Verdict found, long askedNanos) {
    Refusal why =
        switch (found) {
          case Denial denial -> Refusal.of(denial);
          case Access foreign -> Refusal.KEY_INVALID;
          case Grant grant -> Edge.refusal(request, grant);
        };
    if (why == null) {
      request.setConfirmed(askedNanos);
      if (request.paysAgain() && found instanceof Grant grant) {
        // By the plan that holds by then.
        request.setGrant(grant);
      }
    } else if (!why.isPassing()) {
      breakOff(request, why);
    }
  }

  private void breakOff(EdgeRequest request, Refusal why) {
    metrics.exchangeRevoked();
    request.client().breakOff(why);
  }
}
