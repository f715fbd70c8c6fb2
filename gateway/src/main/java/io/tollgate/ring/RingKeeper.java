package io.tollgate.ring;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.store.ChangeFeed;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.ProjectionFeed;
import io.tollgate.store.RecordSource;
import io.vertx.core.Future;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The ring, and all that keeps it true: fence, look-ups, trust and watch, put together.
 *
 * <p>{@link #known} is safe for all threads; all else is confined to the context of the stores'
 * connections.
 */
final class RingKeeper {
  private static final double NANOS_PER_SECOND = 1e9;

  private final KeyRing ring;
  private final Fence fence;
  private final Lookups lookups;
  private final Trust trust;
  private final Watch watch;
  private final BelievedRecords keys;
  private final Clocks clocks;

  /** The stores as this gateway reaches them. */
  record Stores(ProjectionFeed redis, RecordSource postgres, ChangeFeed log) {}

  RingKeeper(
      int entriesMax,
      int lookupsMax,
      FenceConfig config,
      Stores stores,
      Clocks clocks,
      Set<Guard> guards,
      MeterRegistry metrics) {
    this.clocks = clocks;
    ring = new KeyRing(entriesMax);
    fence = new Fence(config.bound().toNanos());
    lookups = new Lookups(ring, new Generations(), fence, lookupsMax, clocks, guards);
    trust = new Trust(config, fence, lookups, guards);
    watch = new Watch(config, trust, stores.redis(), stores.log(), clocks);
    keys = new BelievedRecords(stores.redis(), stores.postgres(), trust, clocks, metrics);
    tell(metrics);
  }

  private void tell(MeterRegistry metrics) {
    Gauge.builder("tollgate.ring.entries", ring, KeyRing::size)
        .description("Secrets held in the ring")
        .register(metrics);
    Gauge.builder("tollgate.ring.trusted", this, keeper -> keeper.isTrusted() ? 1 : 0)
        .description("1 while the ring may answer, 0 while each request needs a look-up")
        .register(metrics);
    Gauge.builder("tollgate.fence.age", this, RingKeeper::ageSeconds)
        .description("Seconds since the newest confirmation was asked for; -1 before the first")
        .baseUnit("seconds")
        .register(metrics);
    Gauge.builder("tollgate.fence.level", trust, known -> known.level().number())
        .description("The change up to which nothing untrue is left in the ring")
        .register(metrics);
    Gauge.builder("tollgate.redis.believed", trust, known -> known.isRedisBelieved() ? 1 : 0)
        .description("1 while Redis may answer look-ups, 0 while Postgres alone does")
        .register(metrics);
    FunctionCounter.builder("tollgate.lookups.detached", lookups, Lookups::detached)
        .description("Look-ups whose key changed while they were under way")
        .register(metrics);
    Gauge.builder("tollgate.clock.skew", watch, known -> known.skewMillis() / 1e3)
        .description("Seconds that Postgres' clock is ahead of this machine's; above 2 is a fault")
        .baseUnit("seconds")
        .register(metrics);
  }

  private double ageSeconds() {
    long nanos = fence.ageNanos(clocks.nanos());
    return nanos < 0 ? -1 : nanos / NANOS_PER_SECOND;
  }

  /** Opens the connections to the stores. */
  void open() {
    watch.open();
  }

  /** Asks the stores what is due; to be called every {@link FenceConfig#interval}. */
  void tick() {
    watch.tick();
  }

  /** Takes the gateway off the list of those that serve; nothing must be served any more. */
  Future<Void> close() {
    return watch.close();
  }

  /**
   * Returns what the ring may say of a secret at a moment, null where a look-up is needed.
   * Allocates nothing.
   */
  @Nullable Verdict known(long a, long b, long c, long d, long nanos, long millis) {
    // The fence first: what the ring says counts only if the fence stood before it was asked.
    return fence.stands(nanos, millis) ? lookups.known(a, b, c, d) : null;
  }

  /** Looks up a secret that the ring does not know; never fails. */
  Future<Verdict> lookUp(KeyDigest digest) {
    return lookups.join(digest, keys);
  }

  /** Looks up a secret that was not issued here; never fails. */
  Future<Verdict> lookUpForeign(ForeignAddresses addresses) {
    return lookups.joinForeign(addresses, keys);
  }

  /** Returns what all keys have in common at a moment, null where that must be looked up. */
  @Nullable InstanceRecord instance(Moment now) {
    // The fence first, as for the ring.
    return fence.stands(now) ? lookups.instance() : null;
  }

  /** Returns whether the ring may answer now. */
  boolean isTrusted() {
    return fence.stands(clocks.now());
  }

  /** Returns how far Postgres' clock is ahead of this machine's, in milliseconds, as seen last. */
  long skewMillis() {
    return watch.skewMillis();
  }

  Fence fence() {
    return fence;
  }

  KeyRing ring() {
    return ring;
  }

  Trust trust() {
    return trust;
  }

  Lookups lookups() {
    return lookups;
  }
}
