package io.tollgate.limit;

import io.tollgate.key.KeyId;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The states of the keys that have asked of late. A state is let go when its key has rested for
 * long enough to have its burst back, which changes nothing for the key.
 *
 * <p>Each newcomer pays for a look at two that are there already, so that no sweep ever holds an
 * event loop up. Safe for all threads; a key that is known costs no lock.
 */
final class KeyStates {
  private static final int LOOKS = 2;

  private final int keysMax;
  private final ConcurrentHashMap<KeyId, Gcra> states = new ConcurrentHashMap<>();
  private Iterator<Map.Entry<KeyId, Gcra>> hand = states.entrySet().iterator();

  /** Keeps so many at most; beyond, one of the others starts over with its burst. */
  KeyStates(int keysMax) {
    this.keysMax = keysMax;
  }

  Gcra of(KeyId key, long nowNanos) {
    @Nullable Gcra known = states.get(key);
    return known == null ? add(key, nowNanos) : known;
  }

  private synchronized Gcra add(KeyId key, long nowNanos) {
    boolean full = states.size() >= keysMax;
    for (int i = 0; i < LOOKS; i++) {
      if (!hand.hasNext()) {
        hand = states.entrySet().iterator();
      }
      if (hand.hasNext()) {
        Gcra looked = hand.next().getValue();
        if (looked.retireIfFull(nowNanos) || (full && i == 0)) {
          hand.remove();
        }
      }
    }
    return states.computeIfAbsent(key, unused -> new Gcra(nowNanos));
  }

  /** Lets go of a state that was retired while it was asked. */
  void drop(KeyId key, Gcra retired) {
    states.remove(key, retired);
  }

  int size() {
    return states.size();
  }
}
