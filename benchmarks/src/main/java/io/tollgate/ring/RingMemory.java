package io.tollgate.ring;

import io.tollgate.access.AddressRanges;
import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.plan.Plan;
import io.tollgate.store.RecordName;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Weighs a ring of a million grants, each with an id and a subject of its own and one of eight sets
 * of scopes.
 *
 * <pre>
 * java -Xmx2g -cp benchmarks/target/benchmarks.jar io.tollgate.ring.RingMemory
 * </pre>
 */
public final class RingMemory {
  private static final int GRANTS = 1_000_000;
  private static final String LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";

  private RingMemory() {}

  /** Fills a ring and prints what it holds and weighs. */
  public static void main(String[] arguments) {
    var random = new SplittableRandom(1);
    Scopes[] sets = new Scopes[8];
    for (int i = 0; i < sets.length; i++) {
      sets[i] = Scopes.of(List.of("read:" + i, "write:" + i));
    }
    long before = usedBytes();
    var ring = new KeyRing(GRANTS);
    var basis = new Basis(new Generations());
    basis.add(RecordName.INSTANCE.address());
    basis.add(RecordName.subject(subject(random)).address());
    for (int i = 0; i < GRANTS; i++) {
      var digest =
          new KeyDigest(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
      ring.put(
          new Grant(
              digest,
              Long.MAX_VALUE,
              KeyId.random(random),
              subject(random),
              Plan.NONE,
              sets[i % sets.length],
              AddressRanges.NONE,
              Long.MAX_VALUE,
              basis));
    }
    long bytes = usedBytes() - before;
    System.out.printf(
        "%,d grants held of %,d put: %,d bytes, %.1f MB, %d bytes each%n",
        ring.size(), GRANTS, bytes, bytes / 1e6, bytes / ring.size());
  }

  private static Subject subject(SplittableRandom random) {
    var id = new StringBuilder("user_");
    for (int i = 0; i < 27; i++) {
      id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return new Subject(id.toString());
  }

  private static long usedBytes() {
    for (int i = 0; i < 5; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
