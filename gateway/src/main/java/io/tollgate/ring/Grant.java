package io.tollgate.ring;

import io.tollgate.access.AddressRanges;
import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.plan.Plan;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What an identified key may do: all that the edge decides by. Built once, when its key enters the
 * ring. Immutable, but for notes of when it was used and of where its limits are held.
 */
public final class Grant extends Entry implements Verdict {
  private static final int NAMED_MIN = 2;
  private static final VarHandle USED_IN = handle("usedIn", int.class);
  private static final VarHandle LIMITS = handle("limits", Object.class);

  private final KeyId id;
  private final Subject subject;
  private final Plan plan;
  private final Scopes scopes;
  private final AddressRanges addresses;
  private final long expiresAtMillis;
  // Of most grants these two are all: a grant waits for no more memory than it must.
  private final int firstSlot;
  private final int secondSlot;
  private final int @Nullable [] otherSlots;
  private final int stamp;

  // The members that change: for notes, not for any decision of the ring.
  @SuppressWarnings("UnusedVariable") // read and written by the handle
  private int usedIn;

  @SuppressWarnings("UnusedVariable") // read and written by the handle
  private @Nullable Object limits;

  // A note, too; what it leads to is safe for all threads, so that a race is none.
  private @Nullable Object allowances;

  /**
   * Makes a grant.
   *
   * @param basis of two records or more
   */
  Grant(
      KeyDigest digest,
      long sentNanos,
      KeyId id,
      Subject subject,
      Plan plan,
      Scopes scopes,
      AddressRanges addresses,
      long expiresAtMillis,
      Basis basis) {
    super(digest, sentNanos);
    this.id = id;
    this.subject = subject;
    this.plan = plan;
    this.scopes = scopes;
    this.addresses = addresses;
    this.expiresAtMillis = expiresAtMillis;
    int[] slots = basis.slots();
    firstSlot = slots[0];
    secondSlot = slots[1];
    otherSlots =
        slots.length == NAMED_MIN ? null : Arrays.copyOfRange(slots, NAMED_MIN, slots.length);
    stamp = basis.stamp();
  }

  private static VarHandle handle(String member, Class<?> type) {
    try {
      return MethodHandles.lookup().findVarHandle(Grant.class, member, type);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  Verdict verdict() {
    return this;
  }

  /**
   * Returns whether the key was not used yet in this stretch of time, for one caller of those that
   * ask at once; sometimes for more than one.
   */
  boolean isFirstUseIn(int stretch) {
    if ((int) USED_IN.getOpaque(this) == stretch) {
      return false;
    }
    USED_IN.setOpaque(this, stretch);
    return true;
  }

  /** Returns what was noted of the key's limits, so that nobody looks for them; null at first. */
  public @Nullable Object limits() {
    return LIMITS.getAcquire(this);
  }

  /** Notes where the key's limits are held. Whoever notes at once finds one of both. */
  public void noteLimits(Object found) {
    LIMITS.setRelease(this, found);
  }

  /** Returns whether none of the records that it was made from has changed since. */
  boolean isCurrent(Generations generations) {
    int sum = generations.of(firstSlot) + generations.of(secondSlot);
    if (otherSlots != null) {
      for (int slot : otherSlots) {
        sum += generations.of(slot);
      }
    }
    return sum == stamp;
  }

  /** Returns what was noted of the key's allowances, null at first. */
  public @Nullable Object allowances() {
    return allowances;
  }

  /** Notes where the key's allowances are held: an object without members that change. */
  public void noteAllowances(Object found) {
    allowances = found;
  }

  public KeyId id() {
    return id;
  }

  public Subject subject() {
    return subject;
  }

  /** Returns what the subject's plan lets the key do. */
  public Plan plan() {
    return plan;
  }

  /**
   * Returns the key's scopes, without those that its subject's plan does not hold, and without
   * permissions that its member's role does not.
   */
  public Scopes scopes() {
    return scopes;
  }

  /** Returns where the key may be used from; from everywhere if empty. */
  public AddressRanges addresses() {
    return addresses;
  }

  /**
   * Returns when the key ends, in milliseconds since the epoch, or {@link
   * io.tollgate.store.KeyRecord#NEVER}.
   */
  public long expiresAtMillis() {
    return expiresAtMillis;
  }
}
