package io.tollgate.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.AddressRanges;
import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.plan.Plan;
import io.tollgate.store.RecordName;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyRingTest {
  private static final Subject SUBJECT = new Subject("user_000000000000000000000000000");
  private final Random random = new Random(1);

  private KeyDigest digest() {
    return new KeyDigest(
        random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
  }

  private Grant grant(KeyDigest digest, long sentNanos) {
    var basis = new Basis(new Generations());
    basis.add(RecordName.INSTANCE.address());
    basis.add(RecordName.subject(SUBJECT).address());
    return new Grant(
        digest,
        sentNanos,
        KeyId.random(random),
        SUBJECT,
        Plan.NONE,
        Scopes.NONE,
        AddressRanges.NONE,
        Long.MAX_VALUE,
        basis);
  }

  private static @Nullable Verdict find(KeyRing ring, KeyDigest digest) {
    return ring.find(digest.a(), digest.b(), digest.c(), digest.d());
  }

  @Test
  void an_entry_answers_until_it_is_removed() {
    var ring = new KeyRing(10);
    KeyDigest digest = digest();
    Grant grant = grant(digest, 100);
    ring.put(grant);
    assertThat(find(ring, digest)).isSameAs(grant);
    assertThat(ring.remove(digest.a(), digest.b(), digest.c(), digest.d())).isTrue();
    assertThat(find(ring, digest)).isNull();
    assertThat(ring.size()).isZero();
    assertThat(ring.remove(digest.a(), digest.b(), digest.c(), digest.d())).isFalse();
  }

  @Test
  void a_cleared_ring_knows_nothing_and_takes_new_entries() {
    var ring = new KeyRing(10);
    KeyDigest digest = digest();
    ring.put(grant(digest, 100));
    ring.put(grant(digest(), 100));
    ring.clear();
    assertThat(find(ring, digest)).isNull();
    assertThat(ring.size()).isZero();
    Grant later = grant(digest, 200);
    ring.put(later);
    assertThat(find(ring, digest)).isSameAs(later);
  }

  @Test
  void a_later_verdict_replaces_an_earlier_one() {
    var ring = new KeyRing(10);
    KeyDigest digest = digest();
    ring.put(grant(digest, 100));
    ring.put(new InvalidKey(digest, 200));
    assertThat(find(ring, digest)).isEqualTo(Denial.KEY_INVALID);
    assertThat(ring.size()).isEqualTo(1);
  }

  @Test
  void digests_that_share_a_set_and_a_tag_are_told_apart() {
    var ring = new KeyRing(10);
    var one = new KeyDigest(1, 2, 3, 4);
    var other = new KeyDigest(1, 2, 3, 5);
    Grant grant = grant(one, 100);
    ring.put(grant);
    assertThat(find(ring, other)).isNull();
    ring.put(new InvalidKey(other, 100));
    assertThat(find(ring, one)).isSameAs(grant);
    assertThat(find(ring, other)).isEqualTo(Denial.KEY_INVALID);
  }

  @Test
  void a_digest_of_zeros_is_not_taken_for_an_empty_slot() {
    var ring = new KeyRing(10);
    assertThat(find(ring, new KeyDigest(0, 0, 0, 0))).isNull();
  }

  @Test
  void it_never_holds_more_than_its_bound() {
    for (int bound : new int[] {1, 2, 7, 8, 9, 100, 1_000}) {
      var ring = new KeyRing(bound);
      for (int i = 0; i < 3 * bound + 50; i++) {
        KeyDigest digest = digest();
        Grant grant = grant(digest, i + 1_000_000);
        ring.put(grant);
        assertThat(find(ring, digest)).isSameAs(grant);
        assertThat(ring.size()).isLessThanOrEqualTo(bound);
      }
      assertThat(ring.size()).isGreaterThan(bound - 1 - bound / 50);
    }
  }

  @Test
  void nearly_all_of_as_many_as_its_bound_are_held() {
    var ring = new KeyRing(100_000);
    Map<KeyDigest, Grant> put = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      KeyDigest digest = digest();
      Grant grant = grant(digest, 1);
      put.put(digest, grant);
      ring.put(grant);
    }
    long held =
        put.entrySet().stream().filter(e -> e.getValue().equals(find(ring, e.getKey()))).count();
    assertThat(held).isGreaterThan(99_000).isEqualTo(ring.size());
  }

  @Test
  void a_full_ring_lets_go_of_a_sets_oldest_entry() {
    var ring = new KeyRing(2);
    // The clock may be negative, and wrap.
    KeyDigest older = digest();
    KeyDigest younger = digest();
    ring.put(grant(younger, Long.MIN_VALUE + 5));
    ring.put(grant(older, Long.MAX_VALUE - 5));
    ring.put(grant(digest(), Long.MIN_VALUE + 9));
    assertThat(find(ring, older)).isNull();
    assertThat(find(ring, younger)).isNotNull();
  }
}
