package io.tollgate.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The bounded set of identified secrets that a gateway holds in memory. Whether it may answer is
 * not its own affair but the {@link Fence}'s, which is asked first.
 *
 * <p>Reading is safe for all threads, takes no lock and allocates nothing. Writing takes the ring's
 * monitor; it happens on misses and changes only.
 */
final class KeyRing {
  /*
   * A table of sets, as in a processor's cache: a digest belongs to one set of 8 slots. Of each
   * slot, 64 bits of the digest stand in an array of their own, so that one set's tags lie side by
   * side; the entry is the grant itself. So a hit waits for memory three times: tags, slot, grant.
   * The digest is a SHA-256: its bits need no further mixing, and nobody can aim at one set
   * without solving for it.
   *
   * There are two slots for each entry allowed, so a set that is full while the ring is not is rare
   * (1 key in 200 at the bound); its oldest entry makes room. At the bound, room is made in the
   * newcomer's own set, else in the next one that holds anything.
   *
   * A reader may see a tag without its entry or the reverse; the entry, which is immutable and
   * holds the whole digest, decides.
   */
  private static final int SET_SLOTS = 8;
  private static final int SLOTS_PER_ENTRY = 2;
  private static final VarHandle TAGS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle ENTRIES = MethodHandles.arrayElementVarHandle(Entry[].class);

  private final int entriesMax;
  private final int setMask;
  private final long[] tags;
  private final @Nullable Entry[] entries;
  private int size;

  KeyRing(int entriesMax) {
    this.entriesMax = entriesMax;
    long slots = Math.max(SET_SLOTS, (long) entriesMax * SLOTS_PER_ENTRY);
    int sets = Integer.highestOneBit((int) ((slots - 1) / SET_SLOTS)) << 1;
    setMask = Math.max(1, sets) - 1;
    tags = new long[(setMask + 1) * SET_SLOTS];
    entries = new Entry[tags.length];
  }

  /** Returns what is known of a secret, or null if nothing is. */
  @Nullable Verdict find(long a, long b, long c, long d) {
    int first = firstSlot(a);
    for (int slot = first; slot < first + SET_SLOTS; slot++) {
      if ((long) TAGS.getOpaque(tags, slot) == b) {
        Entry entry = (Entry) ENTRIES.getAcquire(entries, slot);
        if (entry != null && entry.matches(a, b, c, d)) {
          return entry.verdict();
        }
      }
    }
    return null;
  }

  /** Keeps an entry until it is removed or makes room. */
  synchronized void put(Entry entry) {
    int slot = slotOf(entry);
    if (slot < 0) {
      if (size >= entriesMax) {
        makeRoom(firstSlot(entry.setWord()));
      }
      slot = freeSlot(firstSlot(entry.setWord()));
      size++;
    }
    TAGS.setOpaque(tags, slot, entry.tag());
    ENTRIES.setRelease(entries, slot, entry);
  }

  /** Lets go of a secret; returns whether anything was known of it. */
  synchronized boolean remove(long a, long b, long c, long d) {
    int first = firstSlot(a);
    for (int slot = first; slot < first + SET_SLOTS; slot++) {
      Entry entry = entries[slot];
      if (entry != null && entry.matches(a, b, c, d)) {
        empty(slot);
        return true;
      }
    }
    return false;
  }

  /** Lets go of everything. */
  synchronized void clear() {
    for (int slot = 0; slot < entries.length; slot++) {
      if (entries[slot] != null) {
        empty(slot);
      }
    }
  }

  synchronized int size() {
    return size;
  }

  private int firstSlot(long a) {
    return ((int) a & setMask) * SET_SLOTS;
  }

  private int slotOf(Entry wanted) {
    int first = firstSlot(wanted.setWord());
    for (int slot = first; slot < first + SET_SLOTS; slot++) {
      Entry entry = entries[slot];
      if (entry != null && entry.matches(wanted)) {
        return slot;
      }
    }
    return -1;
  }

  private int freeSlot(int first) {
    for (int slot = first; slot < first + SET_SLOTS; slot++) {
      if (entries[slot] == null) {
        return slot;
      }
    }
    return evict(first);
  }

  private void makeRoom(int first) {
    int slot = first;
    while (evict(slot) < 0) {
      slot = (slot + SET_SLOTS) % entries.length;
    }
  }

  /** Drops the set's oldest entry and returns its slot, or -1 if the set is empty. */
  private int evict(int first) {
    int slot = -1;
    @Nullable Entry victim = null;
    for (int candidate = first; candidate < first + SET_SLOTS; candidate++) {
      Entry entry = entries[candidate];
      if (entry != null && (victim == null || entry.isOlderThan(victim))) {
        slot = candidate;
        victim = entry;
      }
    }
    if (slot >= 0) {
      empty(slot);
    }
    return slot;
  }

  private void empty(int slot) {
    ENTRIES.setRelease(entries, slot, (Entry) null);
    size--;
  }
}
