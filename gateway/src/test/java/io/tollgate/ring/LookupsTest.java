package io.tollgate.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.KeySource;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The look-ups under way, in virtual time and with a source whose answers the test gives. */
class LookupsTest {
  private static final Subject SUBJECT = new Subject("user_000000000000000000000000000");
  private static final KeyDigest DIGEST = new KeyDigest(1, 2, 3, 4);
  private static final KeyRecord RECORD =
      new KeyRecord(1, new KeyId(5, 6), SUBJECT, Scopes.NONE, false, KeyRecord.NEVER);
  private static final long LIFETIME = Duration.ofSeconds(1).toNanos();

  private final List<Promise<Optional<KeyRecord>>> asked = new ArrayList<>();
  private final KeyRing ring = new KeyRing(100);
  private long nowNanos;
  private final Lookups lookups =
      new Lookups(new AskedKeys(), ring, Duration.ofNanos(LIFETIME), 2, () -> nowNanos);

  private final class AskedKeys implements KeySource {
    @Override
    public Future<Optional<KeyRecord>> find(KeyDigest digest) {
      asked.add(Promise.promise());
      return asked.get(asked.size() - 1).future();
    }

    @Override
    public Future<Void> probe() {
      return Future.succeededFuture();
    }
  }

  private @Nullable Verdict inRing() {
    return ring.find(DIGEST.a(), DIGEST.b(), DIGEST.c(), DIGEST.d(), nowNanos);
  }

  @Test
  void a_thousand_requests_for_one_key_ask_once() {
    List<Future<Verdict>> waiting = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      waiting.add(lookups.join(DIGEST));
    }
    assertThat(asked).hasSize(1);
    asked.get(0).complete(Optional.of(RECORD));
    assertThat(waiting)
        .allSatisfy(verdict -> assertThat(verdict.result()).isInstanceOf(Grant.class));
  }

  @Test
  void what_was_found_stands_in_the_ring_for_a_lifetime_from_the_sending() {
    lookups.join(DIGEST);
    nowNanos = LIFETIME / 2;
    asked.get(0).complete(Optional.of(RECORD));
    nowNanos = LIFETIME - 1;
    assertThat(inRing()).isInstanceOf(Grant.class);
    nowNanos = LIFETIME;
    assertThat(inRing()).isNull();
  }

  @Test
  void an_answer_that_comes_after_a_lifetime_never_enters_the_ring() {
    lookups.join(DIGEST);
    nowNanos = LIFETIME + 1;
    asked.get(0).complete(Optional.of(RECORD));
    assertThat(inRing()).isNull();
  }

  @Test
  void a_request_does_not_join_a_look_up_older_than_a_lifetime() {
    Future<Verdict> old = lookups.join(DIGEST);
    nowNanos = LIFETIME;
    Future<Verdict> young = lookups.join(DIGEST);
    assertThat(asked).hasSize(2);
    asked.get(0).complete(Optional.of(RECORD));
    assertThat(old.result()).isInstanceOf(Grant.class);
    assertThat(young.isComplete()).isFalse();
    asked.get(1).complete(Optional.empty());
    assertThat(young.result()).isEqualTo(Denial.KEY_INVALID);
    // The old one's end must not have taken the young one off the list.
    assertThat(lookups.join(DIGEST).result()).isEqualTo(Denial.KEY_INVALID);
    assertThat(asked).hasSize(2);
  }

  @Test
  void absent_and_revoked_keys_are_remembered_as_invalid() {
    lookups.join(DIGEST);
    asked.get(0).complete(Optional.empty());
    assertThat(inRing()).isEqualTo(Denial.KEY_INVALID);
  }

  @Test
  void an_outage_is_no_word_on_the_key_and_is_not_remembered() {
    Future<Verdict> verdict = lookups.join(DIGEST);
    asked.get(0).fail(new StoreUnreachable("gone"));
    assertThat(verdict.result()).isEqualTo(Denial.STORES_UNREACHABLE);
    assertThat(inRing()).isNull();
    lookups.join(DIGEST);
    assertThat(asked).hasSize(2);
  }

  @Test
  void beyond_the_bound_no_look_up_is_begun_but_those_under_way_can_be_joined() {
    Future<Verdict> first = lookups.join(DIGEST);
    lookups.join(new KeyDigest(2, 2, 2, 2));
    assertThat(lookups.join(new KeyDigest(3, 3, 3, 3)).result())
        .isEqualTo(Denial.LOOKUPS_OVERLOADED);
    assertThat(asked).hasSize(2);
    Future<Verdict> joined = lookups.join(DIGEST);
    asked.get(0).complete(Optional.of(RECORD));
    assertThat(first.result()).isSameAs(joined.result());
  }

  @Test
  void equal_sets_of_scopes_are_held_once() {
    lookups.join(DIGEST);
    lookups.join(new KeyDigest(9, 9, 9, 9));
    for (Promise<Optional<KeyRecord>> answer : asked) {
      Scopes scopes = Scopes.of(List.of("a", "b"));
      answer.complete(
          Optional.of(new KeyRecord(1, new KeyId(1, 1), SUBJECT, scopes, false, KeyRecord.NEVER)));
    }
    Grant one = (Grant) lookups.join(DIGEST).result();
    Grant other = (Grant) lookups.join(new KeyDigest(9, 9, 9, 9)).result();
    assertThat(one.scopes()).isSameAs(other.scopes());
  }
}
