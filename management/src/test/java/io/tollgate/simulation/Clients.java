package io.tollgate.simulation;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Those who use keys, and those who create and revoke them. They never rest: what they do does not
 * depend on what is broken.
 */
final class Clients {
  private static final int LIVE_KEYS = 6;
  private static final int SLOW_PACE = 3;
  private static final long CREATION_NANOS = 500 * Scheduler.MILLI;
  private static final long REVOCATION_NANOS = 1_100 * Scheduler.MILLI;
  private static final long VERIFICATION_NANOS = 60 * Scheduler.MILLI;
  private static final long USE_NANOS_MAX = 70 * Scheduler.MILLI;
  private static final int DORMANT_KEYS = 3;
  private static final double DORMANT_SHARE = 0.3;
  private static final long AMID_NANOS_MIN = 100 * Scheduler.MICRO;
  private static final long AMID_NANOS_MAX = 50 * Scheduler.MILLI;
  private static final int REVOKED_USED = 5;
  private static final int BURST_USES = 4;
  private static final double BURST_LATER_CHANCE = 0.3;
  private static final double REVOKED_SHARE = 0.3;
  private static final double NEW_SHARE = 0.03;
  private static final double TWO_SECRETS_SHARE = 0.3;
  private static final long TRIP_NANOS_MAX = 500 * Scheduler.MICRO;
  private static final int REPEATS_MAX = 4;

  private final Simulation world;
  private final Scheduler scheduler;
  private final SplittableRandom digests;
  private final long pace;
  private final List<SimulatedKey> live = new ArrayList<>();
  private final List<SimulatedKey> dormant = new ArrayList<>();
  private final List<SimulatedKey> revoked = new ArrayList<>();
  private SimulatedKey unborn;
  private int keys;
  private boolean stopped;

  Clients(Simulation world) {
    this.world = world;
    scheduler = world.scheduler;
    digests = scheduler.random.split();
    pace = world.setup.isSlow() ? SLOW_PACE : 1;
    unborn = invent();
  }

  private SimulatedKey invent() {
    int secrets = scheduler.chance(TWO_SECRETS_SHARE) ? 2 : 1;
    List<KeyDigest> all = new ArrayList<>();
    for (int i = 0; i < secrets; i++) {
      all.add(
          new KeyDigest(
              digests.nextLong(), digests.nextLong(), digests.nextLong(), digests.nextLong()));
    }
    var key = new SimulatedKey("key" + ++keys, KeyId.random(digests), List.copyOf(all));
    world.judge.know(key);
    return key;
  }

  void begin() {
    for (int i = 0; i < LIVE_KEYS; i++) {
      create();
    }
    world.gateways.forEach(this::useLater);
    every(CREATION_NANOS * pace, this::create);
    every(REVOCATION_NANOS * pace, this::revokeOne);
    every(VERIFICATION_NANOS * pace, this::verify);
  }

  void stop() {
    stopped = true;
  }

  private void every(long nanos, Runnable work) {
    scheduler.after(
        scheduler.between(nanos / 2, 3 * nanos / 2),
        () -> {
          if (!stopped) {
            work.run();
            every(nanos, work);
          }
        });
  }

  // ---- management's clients

  private SimulatedManagement anyManagement() {
    return world.managements.get(scheduler.random.nextInt(world.managements.size()));
  }

  private void create() {
    live.removeIf(key -> !key.mayBeLive());
    dormant.removeIf(key -> !key.mayBeLive());
    if (live.size() < LIVE_KEYS) {
      SimulatedKey key = unborn;
      unborn = invent();
      live.add(key);
      anyManagement().create(key);
    } else if (dormant.size() < DORMANT_KEYS) {
      SimulatedKey key = invent();
      dormant.add(key);
      anyManagement().create(key);
    }
  }

  /** Somebody revokes some key. */
  void revokeOne() {
    // One that nobody has used yet must be looked up amid its revocation.
    List<SimulatedKey> from =
        !dormant.isEmpty() && scheduler.chance(DORMANT_SHARE) ? dormant : live;
    if (!from.isEmpty()) {
      SimulatedKey key = from.remove(scheduler.random.nextInt(from.size()));
      if (key.isLive()) {
        revoked.add(key);
        for (SimulatedGateway gateway : world.gateways) {
          scheduler.after(
              scheduler.anyOrder(AMID_NANOS_MIN, AMID_NANOS_MAX), () -> use(gateway, key));
        }
        for (SimulatedManagement management : world.managements) {
          scheduler.after(
              scheduler.anyOrder(AMID_NANOS_MIN, AMID_NANOS_MAX),
              () -> management.verify(key, anyDigest(key)));
        }
        scheduler.after(
            scheduler.random.nextLong(AMID_NANOS_MAX / 10), () -> revoke(key, REPEATS_MAX));
      }
    }
  }

  SimulatedKey createBy(SimulatedManagement management) {
    SimulatedKey key = invent();
    management.create(key);
    return key;
  }

  void revokeOneBy(SimulatedManagement management) {
    if (!live.isEmpty()) {
      revokeBy(management, live.remove(scheduler.random.nextInt(live.size())));
    }
  }

  void revokeBy(SimulatedManagement management, SimulatedKey key) {
    if (key.isLive()) {
      revoked.add(key);
      world.called();
      management.revoke(key, proven -> {});
    }
  }

  private void revoke(SimulatedKey key, int repeats) {
    world.called();
    anyManagement()
        .revoke(
            key,
            proven -> {
              if (!proven && repeats > 0 && !stopped) {
                scheduler.after(
                    scheduler.random.nextLong(Scheduler.SECOND), () -> revoke(key, repeats - 1));
              }
            });
  }

  private void verify() {
    SimulatedKey key = anyKey();
    anyManagement().verify(key, anyDigest(key));
  }

  // ---- the gateways' clients

  private void useLater(SimulatedGateway gateway) {
    scheduler.after(
        scheduler.random.nextLong(USE_NANOS_MAX * pace),
        () -> {
          if (!stopped) {
            use(gateway, anyKey());
            useLater(gateway);
          }
        });
  }

  private SimulatedKey anyKey() {
    double kind = scheduler.random.nextDouble();
    if (kind < NEW_SHARE) {
      return unborn;
    }
    if (kind < NEW_SHARE + REVOKED_SHARE && !revoked.isEmpty()) {
      int newest = Math.min(REVOKED_USED, revoked.size());
      return revoked.get(revoked.size() - 1 - scheduler.random.nextInt(newest));
    }
    return live.isEmpty() ? unborn : live.get(scheduler.random.nextInt(live.size()));
  }

  private KeyDigest anyDigest(SimulatedKey key) {
    return key.digests.get(scheduler.random.nextInt(key.digests.size()));
  }

  private void use(SimulatedGateway gateway, SimulatedKey key) {
    KeyDigest digest = anyDigest(key);
    var use =
        new Use(key, digest, gateway, scheduler.nanos(), key.returned, gateway.isWarm(digest));
    scheduler.after(scheduler.random.nextLong(TRIP_NANOS_MAX), () -> gateway.receive(use));
  }

  /** Everywhere somebody tries whether a key that was just revoked still opens anything. */
  void tryEverywhere(SimulatedKey key) {
    long boundNanos = world.setup.longestBound().toNanos();
    for (SimulatedGateway gateway : world.gateways) {
      for (int i = 0; i < BURST_USES; i++) {
        long most = scheduler.chance(BURST_LATER_CHANCE) ? 40 * boundNanos : 2 * boundNanos;
        scheduler.after(i == 0 ? 0 : scheduler.random.nextLong(most), () -> use(gateway, key));
      }
    }
    for (SimulatedManagement management : world.managements) {
      for (KeyDigest digest : key.digests) {
        scheduler.after(
            scheduler.anyOrder(AMID_NANOS_MIN, boundNanos), () -> management.verify(key, digest));
      }
    }
  }

  /** Somebody uses a gateway that has just come back, at once. */
  void tryAfterHealing() {
    if (!revoked.isEmpty()) {
      for (SimulatedGateway gateway : world.gateways) {
        use(gateway, revoked.getLast());
        use(gateway, revoked.get(scheduler.random.nextInt(revoked.size())));
      }
    }
  }
}
