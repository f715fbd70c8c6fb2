package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.Secret;
import io.tollgate.ring.Denial;
import io.tollgate.ring.FenceConfig;
import io.tollgate.ring.RingConfig;
import io.tollgate.ring.Verdict;
import io.tollgate.ring.Verifier;
import io.tollgate.store.Awaiting;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.RecordName;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.StoredRecord;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Made-up secrets, where some were imported: they get a few places, and take no others. */
class ForeignFloodTest {
  private static final int LOOKUPS_MAX = 16;
  private static final int FOREIGN_MAX = 2;
  private static final KeyDigest INSTANCE = RecordName.INSTANCE.address();

  private final Vertx vertx = Vertx.vertx();
  private final KeyFormat format = new KeyFormat(StoredKeys.PEPPER);
  private final Promise<Optional<StoredRecord>> late = Promise.promise();
  private final AtomicInteger asked = new AtomicInteger();
  private Verifier verifier;

  @BeforeEach
  void open() {
    verifier =
        new Verifier(
            new RingConfig(1_000, LOOKUPS_MAX, 1),
            FenceConfig.DEFAULTS,
            format,
            new StillStores(),
            this::find,
            new StillStores(),
            vertx.getOrCreateContext(),
            StillStores.CLOCKS,
            new SimpleMeterRegistry());
    verifier.open(vertx);
  }

  @AfterEach
  void close() {
    RunningGateway.await(vertx.close());
  }

  /** Of the instance it is known at once that both hashes were imported, of all else later. */
  private Future<Optional<StoredRecord>> find(KeyDigest address) {
    if (address.equals(INSTANCE)) {
      return Future.succeededFuture(Optional.of(new InstanceRecord(true, true, true)));
    }
    asked.incrementAndGet();
    return late.future();
  }

  private Future<Verdict> lookUp(Secret secret) {
    return verifier.lookUp(KeyDigest.of(secret), secret);
  }

  private List<Future<Verdict>> flood(String start) {
    List<Future<Verdict>> made = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      made.add(lookUp(new Secret(start + i)));
    }
    return made;
  }

  @Test
  void what_is_too_many_is_refused_at_once_and_our_own_are_looked_up_meanwhile() {
    List<Future<Verdict>> flood = flood("made-up-secret-");
    List<Future<Verdict>> refused = flood.subList(FOREIGN_MAX, flood.size());
    assertThat(refused).allMatch(one -> one.result() == Denial.LOOKUPS_OVERLOADED);
    Awaiting.until("those few are under way", () -> asked.get() == 2 * FOREIGN_MAX);

    var random = new Random(7);
    List<Future<Verdict>> own = new ArrayList<>();
    for (int i = 0; i < LOOKUPS_MAX - 2 * FOREIGN_MAX; i++) {
      own.add(lookUp(format.mint(random)));
    }
    Awaiting.until("all of ours are under way", () -> asked.get() == LOOKUPS_MAX);
    late.complete(Optional.empty());
    own.forEach(one -> assertThat(RunningGateway.await(one)).isEqualTo(Denial.KEY_INVALID));
    flood
        .subList(0, FOREIGN_MAX)
        .forEach(one -> assertThat(RunningGateway.await(one)).isEqualTo(Denial.KEY_INVALID));
  }

  @Test
  void ours_leave_places_to_those_that_were_imported() {
    var random = new Random(8);
    for (int i = 0; i < 10 * LOOKUPS_MAX; i++) {
      lookUp(format.mint(random));
    }
    Awaiting.until("no more of ours are looked up", () -> asked.get() == LOOKUPS_MAX);
    Future<Verdict> imported = lookUp(new Secret("issued-elsewhere"));
    Awaiting.until("it is looked up", () -> asked.get() == LOOKUPS_MAX + 2);
    late.complete(Optional.empty());
    assertThat(RunningGateway.await(imported)).isEqualTo(Denial.KEY_INVALID);
  }

  @Test
  void a_place_that_is_free_again_is_taken_again() {
    late.complete(Optional.empty());
    for (int i = 0; i < 10 * FOREIGN_MAX; i++) {
      Verdict verdict = RunningGateway.await(lookUp(new Secret("one-after-another-" + i)));
      assertThat(verdict).isEqualTo(Denial.KEY_INVALID);
    }
  }
}
