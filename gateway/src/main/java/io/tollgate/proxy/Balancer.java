package io.tollgate.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among a destination's endpoints: of two by chance, the one with fewer requests under way
 * (power of two choices), so that a slow one gets few and nobody's list has to be in order.
 *
 * <p>A choice allocates nothing; one endpoint alone is taken as it is.
 *
 * <p>Confined to the event loop that owns it.
 */
final class Balancer {
  private static final int PERCENT = 100;
  private static final TargetPool[] NONE = {};

  private final UpstreamTargets targets;
  private final Destination to;
  private final Function<Endpoint, TargetPool> pools;
  private final SplittableRandom random;
  private final RetryBudgets.Pair budgets;

  private List<UpstreamTarget> members = List.of();
  private TargetPool[] inUse = NONE;
  private boolean gone;
  private int version;

  /**
   * Makes one.
   *
   * @param pools gives the connections of an endpoint
   */
  Balancer(
      UpstreamTargets targets,
      Destination to,
      Function<Endpoint, TargetPool> pools,
      SplittableRandom random,
      long nowNanos) {
    this.targets = targets;
    this.to = to;
    this.pools = pools;
    this.random = random;
    budgets = targets.budgets().begin(to, nowNanos);
    version = targets.version();
    renew();
  }

  /** It is for none but the requests that have it, and so its budgets are nobody else's. */
  void end() {
    targets.budgets().end(budgets);
  }

  /**
   * Takes a further try of some request, if there is one left.
   *
   * @param lookedAt whether a target may have looked at it before
   */
  boolean mayRetry(boolean lookedAt, long nowNanos) {
    boolean left = (lookedAt ? budgets.sent : budgets.unsent).take(nowNanos);
    if (left) {
      targets.metrics().retried();
    } else {
      targets.metrics().notRetried();
    }
    return left;
  }

  /**
   * Chooses for a request that has just come.
   *
   * @param switches whether it asks for a WebSocket: these last, and are spread by themselves
   */
  TargetPool choose(boolean switches, long nowNanos) {
    budgets.sent.save();
    budgets.unsent.save();
    renewIfChanged();
    TargetPool[] among = inUse;
    int count = among.length;
    if (count == 1) {
      return among[0];
    }
    int first = random.nextInt(count);
    int second = (first + 1 + random.nextInt(count - 1)) % count;
    return better(among[first], among[second], switches, nowNanos);
  }

  /**
   * Chooses another one; null where there is none that routes still name.
   *
   * @param tried the last, which it is not
   * @param before the one before that, which it is only if there is no third
   */
  @Nullable TargetPool chooseBut(
      TargetPool tried, @Nullable TargetPool before, boolean switches, long nowNanos) {
    renewIfChanged();
    if (gone) {
      return null;
    }
    TargetPool[] among = inUse;
    int count = among.length;
    int from = random.nextInt(count);
    TargetPool best = null;
    TargetPool again = null;
    for (int i = 0, seen = 0; i < count && seen < 2; i++) {
      TargetPool one = among[(from + i) % count];
      if (one == before) {
        again = one;
      } else if (one != tried) {
        best = best == null ? one : better(best, one, switches, nowNanos);
        seen++;
      }
    }
    return best == null && again != tried ? again : best;
  }

  private TargetPool better(TargetPool one, TargetPool other, boolean switches, long nowNanos) {
    boolean oneIsFull = one.isFull(nowNanos);
    if (oneIsFull != other.isFull(nowNanos)) {
      return oneIsFull ? other : one;
    }
    int share = one.endpoint().health().share(nowNanos);
    int otherShare = other.endpoint().health().share(nowNanos);
    if (share != otherShare
        && passesOver(Math.min(share, otherShare), Math.max(share, otherShare))) {
      return share > otherShare ? one : other;
    }
    return load(one, switches) <= load(other, switches) ? one : other;
  }

  private static int load(TargetPool pool, boolean switches) {
    return switches ? pool.endpoint().load().apart() : pool.underWay();
  }

  /** One that came later is passed over, ever less often: its caches are colder. */
  private boolean passesOver(int share, int greater) {
    return random.nextInt(greater) >= share;
  }

  private void renewIfChanged() {
    int current = targets.version();
    if (current != version) {
      version = current;
      renew();
    }
  }

  /** Returns whether routes still name all that it chooses among. */
  boolean isWhole() {
    return !gone && members.size() == to.urls().size();
  }

  /**
   * Leaves out those that routes no longer name, unless none would be left: what has been accepted
   * before has nowhere else to go.
   */
  private void renewMembers() {
    List<UpstreamTarget> named = targets.of(to);
    gone = named.isEmpty();
    if (!gone) {
      members = named;
    } else if (members.isEmpty()) {
      members = targets.gone(to);
    }
  }

  /** Leaves out those that fail, unless too few would be left: then it is better to try them. */
  private void renew() {
    renewMembers();
    List<TargetPool> all = new ArrayList<>();
    members.forEach(target -> target.endpoints().forEach(each -> all.add(pools.apply(each))));
    if (all.size() > 1) {
      all.forEach(pool -> pool.endpoint().health().watch());
    }
    TargetPool[] well =
        all.stream().filter(pool -> pool.endpoint().health().isInUse()).toArray(TargetPool[]::new);
    boolean tooFew =
        well.length == 0 || well.length * PERCENT < all.size() * targets.config().inUsePercentMin();
    inUse = tooFew ? all.toArray(NONE) : well;
  }
}
