package io.tollgate.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The keys that clients hold: those that stay valid, those that will be revoked, those that were,
 * and those that a gateway has never seen. Safe for all threads.
 */
final class KeyPools {
  /** How many keys are used for the first time in a second: each has to be issued before. */
  private static final double COLD_PER_SECOND = 20;

  /** Shares of the uses; what is left is of keys that stay valid and are in use. */
  private static final double DOOMED = 0.15;

  private static final double DEAD = 0.15;

  private final List<IssuedKey> warm = new CopyOnWriteArrayList<>();
  private final List<IssuedKey> doomed = new CopyOnWriteArrayList<>();
  private final List<IssuedKey> dead = new CopyOnWriteArrayList<>();
  private volatile double coldShare;
  private final List<Queue<IssuedKey>> unseen = new ArrayList<>();

  KeyPools(int gatewayCount) {
    for (int gateway = 0; gateway < gatewayCount; gateway++) {
      unseen.add(new ConcurrentLinkedQueue<>());
    }
  }

  /** Says how many uses there are in a second. */
  void useAt(int usesPerSecond) {
    coldShare = Math.min(0.5, COLD_PER_SECOND / usesPerSecond);
  }

  void addWarm(List<IssuedKey> keys) {
    warm.addAll(keys);
  }

  void addDoomed(List<IssuedKey> keys) {
    doomed.addAll(keys);
  }

  void addCold(List<IssuedKey> keys) {
    unseen.forEach(queue -> queue.addAll(keys));
  }

  /** Takes a key to be revoked; it goes on being used as one whose time is over. */
  @Nullable IssuedKey takeDoomed() {
    if (doomed.isEmpty()) {
      return null;
    }
    IssuedKey key = doomed.remove(0);
    dead.add(key);
    return key;
  }

  void addDead(IssuedKey key) {
    dead.add(key);
  }

  int doomedLeft() {
    return doomed.size();
  }

  /** How many keys the gateway that has the fewest left has not seen yet. */
  int coldLeft() {
    return unseen.stream().mapToInt(Queue::size).min().orElse(0);
  }

  /** Those whose revocation was asked for, confirmed or not. */
  List<IssuedKey> dead() {
    return dead;
  }

  List<IssuedKey> warm() {
    return warm;
  }

  /** What is to be used next at a gateway. */
  Pick pick(int gateway, RandomGenerator random) {
    double cold = coldShare;
    double lot = random.nextDouble();
    if (lot < cold) {
      IssuedKey first = unseen.get(gateway).poll();
      if (first != null) {
        return new Pick(first, true);
      }
    }
    if (lot < cold + DOOMED && !doomed.isEmpty()) {
      return new Pick(oneOf(doomed, random), false);
    }
    boolean isDead = lot < cold + DOOMED + DEAD && !dead.isEmpty();
    return new Pick(oneOf(isDead ? dead : warm, random), false);
  }

  private static IssuedKey oneOf(List<IssuedKey> keys, RandomGenerator random) {
    // The list may become shorter between the question and the answer, by one at a time.
    Object[] now = keys.toArray();
    return (IssuedKey) now[random.nextInt(now.length)];
  }

  /** A key to be used, and whether the gateway has never seen it. */
  record Pick(IssuedKey key, boolean isFirst) {}
}
