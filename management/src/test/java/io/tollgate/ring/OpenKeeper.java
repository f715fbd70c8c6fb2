package io.tollgate.ring;

import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.store.ChangeFeed;
import io.tollgate.store.ProjectionFeed;
import io.tollgate.store.RecordSource;
import io.vertx.core.Future;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The real core of a gateway, whose package-private parts the simulation may reach. */
public final class OpenKeeper {
  private static final int ENTRIES_MAX = 128;
  private static final int LOOKUPS_MAX = 1_000;

  private final RingKeeper keeper;

  /**
   * Puts the core together.
   *
   * @param missing the guards that it goes without, by name
   */
  public OpenKeeper(
      FenceConfig config,
      ProjectionFeed redis,
      RecordSource postgres,
      ChangeFeed log,
      Clocks clocks,
      Set<String> missing) {
    Set<Guard> guards = EnumSet.allOf(Guard.class);
    guards.removeIf(guard -> missing.contains(guard.name()));
    keeper =
        new RingKeeper(
            ENTRIES_MAX,
            LOOKUPS_MAX,
            config,
            new RingKeeper.Stores(redis, postgres, log),
            clocks,
            guards,
            new CompositeMeterRegistry());
  }

  /** Returns the names of all guards. */
  public static List<String> guards() {
    return Arrays.stream(Guard.values()).map(Guard::name).toList();
  }

  public void open() {
    keeper.open();
  }

  public void tick() {
    keeper.tick();
  }

  public Future<Void> close() {
    return keeper.close();
  }

  /** The first half of {@link RingKeeper#known}. */
  public boolean fenceStands(long nanos, long millis) {
    return keeper.fence().stands(nanos, millis);
  }

  /** The second half of {@link RingKeeper#known}. */
  public @Nullable Verdict ring(KeyDigest digest) {
    return keeper.lookups().known(digest.a(), digest.b(), digest.c(), digest.d());
  }

  public Future<Verdict> lookUp(KeyDigest digest) {
    return keeper.lookUp(digest);
  }

  public long detached() {
    return keeper.lookups().detached();
  }

  /** Says where it stands, for a trace. */
  @Override
  public String toString() {
    Trust trust = keeper.trust();
    return "level "
        + trust.level().number()
        + " seen "
        + trust.seen()
        + (trust.isRedisBelieved() ? " believes Redis" : " doubts Redis");
  }
}
