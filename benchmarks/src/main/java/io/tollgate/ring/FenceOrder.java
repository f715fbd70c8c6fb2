package io.tollgate.ring;

import io.tollgate.access.AddressRanges;
import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.plan.Plan;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * One thread removes a key from the ring, or counts a record that it names as changed, and then
 * confirms the fence, as a change does; another asks the fence and then the ring, as a request
 * does. Whoever sees the confirmation must not see the key, nor take its grant for one of today.
 *
 * <pre>
 * java -cp benchmarks/target/benchmarks.jar org.openjdk.jcstress.Main \
 *   -t io.tollgate.ring.FenceOrder
 * </pre>
 */
@SuppressWarnings("ClassCanBeStatic") // jcstress makes an instance of each state
public final class FenceOrder {
  private static final long BOUND_NANOS = 1_000;
  private static final long NOW_NANOS = 10_000;
  private static final Moment CONFIRMATION = new Moment(NOW_NANOS - 1, 0);
  private static final KeyDigest NAMED = new KeyDigest(7, 7, 7, 7);
  private static final Grant GRANT =
      new Grant(
          new KeyDigest(1, 2, 3, 4),
          0,
          new KeyId(5, 6),
          new Subject("user_000000000000000000000000000"),
          Plan.NONE,
          Scopes.NONE,
          AddressRanges.NONE,
          Long.MAX_VALUE,
          basis());

  private FenceOrder() {}

  private static Basis basis() {
    var basis = new Basis(new Generations());
    basis.add(NAMED);
    basis.add(new KeyDigest(8, 8, 8, 8));
    return basis;
  }

  private static boolean isKnown(KeyRing ring) {
    return ring.find(1, 2, 3, 4) != null;
  }

  /** What the two threads share. */
  abstract static class Shared {
    private final KeyRing ring = new KeyRing(8);
    private final Fence fence = new Fence(BOUND_NANOS);

    Shared() {
      ring.put(GRANT);
    }

    void change() {
      ring.remove(1, 2, 3, 4);
      fence.confirm(CONFIRMATION);
    }

    void askFence(ZZ_Result result) {
      result.r1 = fence.stands(NOW_NANOS, 0);
    }

    void askRing(ZZ_Result result) {
      result.r2 = isKnown(ring);
    }
  }

  /** The order that the gateway keeps. */
  @JCStressTest
  @Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "Both before the change")
  @Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "Amid the change")
  @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "Both after the change")
  @Outcome(id = "true, true", expect = Expect.FORBIDDEN, desc = "A revoked key is accepted")
  @State
  public static class FenceFirst extends Shared {
    /** A change of the key arrives. */
    @Actor
    public void writer() {
      change();
    }

    /** A request with the key arrives. */
    @Actor
    public void reader(ZZ_Result result) {
      askFence(result);
      askRing(result);
    }
  }

  /** The wrong order, by which the test shows that it would see the fault. */
  @JCStressTest
  @Outcome(id = "true, true", expect = Expect.ACCEPTABLE_INTERESTING, desc = "The fault is seen")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "It is not, this time")
  @State
  public static class RingFirst extends Shared {
    /** A change of the key arrives. */
    @Actor
    public void writer() {
      change();
    }

    /** A request with the key arrives. */
    @Actor
    public void reader(ZZ_Result result) {
      askRing(result);
      askFence(result);
    }
  }

  /** The same order for a record that the key names. */
  @JCStressTest
  @Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "Both before the change")
  @Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "Amid the change")
  @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "Both after the change")
  @Outcome(id = "true, true", expect = Expect.FORBIDDEN, desc = "A grant of yesterday is used")
  @State
  public static class RecordChanged {
    private final Generations generations = new Generations();
    private final Fence fence = new Fence(BOUND_NANOS);

    /** A change of the record arrives. */
    @Actor
    public void writer() {
      generations.changed(NAMED);
      fence.confirm(CONFIRMATION);
    }

    /** A request with the key arrives. */
    @Actor
    public void reader(ZZ_Result result) {
      result.r1 = fence.stands(NOW_NANOS, 0);
      result.r2 = GRANT.isCurrent(generations);
    }
  }
}
