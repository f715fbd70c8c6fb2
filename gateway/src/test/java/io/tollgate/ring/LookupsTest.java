package io.tollgate.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.RecordName;
import io.tollgate.store.RecordSource;
import io.tollgate.store.StoreUnreachable;
import io.tollgate.store.StoredRecord;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The look-ups of keys under way, in virtual time and with a source whose answers the test gives.
 */
class LookupsTest {
  private static final Subject SUBJECT = new Subject("user_000000000000000000000000000");
  private static final KeyDigest DIGEST = new KeyDigest(1, 2, 3, 4);
  private static final KeyRecord RECORD =
      KeyRecord.plain(1, new KeyId(5, 6), SUBJECT, Scopes.NONE, false, KeyRecord.NEVER);
  private static final KeyRecord REVOKED =
      KeyRecord.plain(2, new KeyId(5, 6), SUBJECT, Scopes.NONE, true, KeyRecord.NEVER);
  private static final Duration BOUND = Duration.ofMillis(100);

  private final List<Promise<Optional<StoredRecord>>> asked = new ArrayList<>();
  private final KeyRing ring = new KeyRing(100);
  private final VirtualClocks clocks = new VirtualClocks();
  private final Fence fence = new Fence(BOUND.toNanos());
  private final Generations generations = new Generations();
  private final Lookups lookups =
      new Lookups(ring, generations, fence, 2, clocks, EnumSet.allOf(Guard.class));
  private final RecordSource keys = new AskedKeys();

  private final class AskedKeys implements RecordSource {
    @Override
    public Future<Optional<StoredRecord>> find(KeyDigest address) {
      if (address.equals(RecordName.INSTANCE.address())
          || address.equals(RecordName.subject(SUBJECT).address())) {
        // Nothing special is known of any of them.
        return Future.succeededFuture(Optional.empty());
      }
      asked.add(Promise.promise());
      return asked.get(asked.size() - 1).future();
    }
  }

  private Future<Verdict> join(KeyDigest digest) {
    return lookups.join(digest, keys);
  }

  private @Nullable Verdict inRing() {
    return ring.find(DIGEST.a(), DIGEST.b(), DIGEST.c(), DIGEST.d());
  }

  @Test
  void a_thousand_requests_for_one_key_ask_once() {
    List<Future<Verdict>> waiting = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      waiting.add(join(DIGEST));
    }
    assertThat(asked).hasSize(1);
    asked.get(0).complete(Optional.of(RECORD));
    assertThat(waiting)
        .allSatisfy(verdict -> assertThat(verdict.result()).isInstanceOf(Grant.class));
  }

  @Test
  void what_was_found_enters_the_ring_and_answers_while_the_fence_stands() {
    join(DIGEST);
    asked.get(0).complete(Optional.of(RECORD));
    assertThat(inRing()).isInstanceOf(Grant.class);
    fence.confirm(clocks.now());
    assertThat(join(DIGEST).result()).isInstanceOf(Grant.class);
    assertThat(asked).hasSize(1);
    clocks.advance(BOUND);
    join(DIGEST);
    assertThat(asked).hasSize(2);
  }

  @Test
  void a_look_up_whose_key_changed_answers_those_who_wait_and_fills_nothing() {
    Future<Verdict> waiting = join(DIGEST);
    lookups.forget(DIGEST);
    asked.get(0).complete(Optional.of(RECORD));
    assertThat(waiting.result()).isInstanceOf(Grant.class);
    assertThat(inRing()).isNull();
    assertThat(lookups.detached()).isEqualTo(1);
  }

  @Test
  void nobody_joins_a_look_up_whose_key_changed() {
    Future<Verdict> before = join(DIGEST);
    lookups.forgetAll();
    Future<Verdict> after = join(DIGEST);
    assertThat(asked).hasSize(2);
    asked.get(1).complete(Optional.of(REVOKED));
    assertThat(after.result()).isEqualTo(Denial.KEY_INVALID);
    asked.get(0).complete(Optional.of(RECORD));
    assertThat(before.result()).isInstanceOf(Grant.class);
    // The detached one's end must not have replaced what is true.
    assertThat(inRing()).isEqualTo(Denial.KEY_INVALID);
  }

  @Test
  void a_negative_answer_is_detached_too() {
    join(DIGEST);
    lookups.forget(DIGEST);
    asked.get(0).complete(Optional.of(REVOKED));
    assertThat(inRing()).isNull();
  }

  @Test
  void a_request_does_not_join_a_look_up_as_old_as_the_bound() {
    Future<Verdict> old = join(DIGEST);
    clocks.advance(BOUND);
    Future<Verdict> young = join(DIGEST);
    assertThat(asked).hasSize(2);
    asked.get(0).complete(Optional.of(RECORD));
    assertThat(old.result()).isInstanceOf(Grant.class);
    assertThat(young.isComplete()).isFalse();
    assertThat(inRing()).isNull();
    asked.get(1).complete(Optional.empty());
    assertThat(young.result()).isEqualTo(Denial.KEY_INVALID);
  }

  @Test
  void nor_one_that_is_as_old_by_the_wall_clock_alone() {
    join(DIGEST);
    clocks.suspend(BOUND);
    join(DIGEST);
    assertThat(asked).hasSize(2);
  }

  @Test
  void that_a_key_is_revoked_is_remembered() {
    join(DIGEST);
    asked.get(0).complete(Optional.of(REVOKED));
    assertThat(inRing()).isEqualTo(Denial.KEY_INVALID);
  }

  @Test
  void that_there_is_no_such_key_is_not_remembered_since_it_may_be_created() {
    Future<Verdict> verdict = join(DIGEST);
    asked.get(0).complete(Optional.empty());
    assertThat(verdict.result()).isEqualTo(Denial.KEY_INVALID);
    assertThat(inRing()).isNull();
  }

  @Test
  void an_outage_is_no_word_on_the_key_and_is_not_remembered() {
    Future<Verdict> verdict = join(DIGEST);
    asked.get(0).fail(new StoreUnreachable("gone"));
    assertThat(verdict.result()).isEqualTo(Denial.STORES_UNREACHABLE);
    assertThat(inRing()).isNull();
    join(DIGEST);
    assertThat(asked).hasSize(2);
  }

  @Test
  void beyond_the_bound_no_look_up_is_begun_but_those_under_way_can_be_joined() {
    Future<Verdict> first = join(DIGEST);
    join(new KeyDigest(2, 2, 2, 2));
    assertThat(join(new KeyDigest(3, 3, 3, 3)).result()).isEqualTo(Denial.LOOKUPS_OVERLOADED);
    assertThat(asked).hasSize(2);
    Future<Verdict> joined = join(DIGEST);
    asked.get(0).complete(Optional.of(RECORD));
    assertThat(first.result()).isSameAs(joined.result());
  }

  @Test
  void equal_sets_of_scopes_are_held_once() {
    join(DIGEST);
    join(new KeyDigest(9, 9, 9, 9));
    for (Promise<Optional<StoredRecord>> answer : asked) {
      Scopes scopes = Scopes.of(List.of("a", "b"));
      answer.complete(
          Optional.of(
              KeyRecord.plain(1, new KeyId(1, 1), SUBJECT, scopes, false, KeyRecord.NEVER)));
    }
    fence.confirm(clocks.now());
    Grant one = (Grant) join(DIGEST).result();
    Grant other = (Grant) join(new KeyDigest(9, 9, 9, 9)).result();
    assertThat(one.scopes()).isSameAs(other.scopes());
  }
}
