package io.tollgate.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.RecordName;
import io.tollgate.store.RecordSource;
import io.tollgate.store.StoreUnreachable;
import io.tollgate.store.StoredRecord;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Look-ups of secrets that were issued elsewhere, in virtual time. */
class ForeignLookupsTest {
  private static final Subject SUBJECT = new Subject("user_000000000000000000000000000");
  private static final KeyDigest SHA256 = new KeyDigest(1, 2, 3, 4);
  private static final KeyDigest SHA512 = new KeyDigest(5, 6, 7, 8);
  private static final KeyDigest INSTANCE = RecordName.INSTANCE.address();
  private static final InstanceRecord BOTH = new InstanceRecord(true, true, true);
  private static final Duration BOUND = Duration.ofMillis(100);
  private static final int PLACES = 8;

  private final Map<KeyDigest, StoredRecord> stored = new HashMap<>();
  private final List<KeyDigest> asked = new ArrayList<>();
  private final VirtualClocks clocks = new VirtualClocks();
  private final Fence fence = new Fence(BOUND.toNanos());
  private final Lookups lookups =
      new Lookups(
          new KeyRing(100), new Generations(), fence, PLACES, clocks, EnumSet.allOf(Guard.class));
  private final RecordSource source = new Stored();
  private boolean away;
  private @Nullable KeyDigest unreachable;

  private final class Stored implements RecordSource {
    @Override
    public Future<Optional<StoredRecord>> find(KeyDigest address) {
      asked.add(address);
      if (away || address.equals(unreachable)) {
        return Future.failedFuture(new StoreUnreachable("both away"));
      }
      return Future.succeededFuture(Optional.ofNullable(stored.get(address)));
    }
  }

  private static KeyRecord key(boolean revoked) {
    return new KeyRecord(
        9,
        5,
        new KeyId(5, 6),
        SUBJECT,
        SUBJECT,
        Scopes.NONE,
        List.of(),
        revoked,
        true,
        KeyRecord.NEVER);
  }

  private Verdict verdict() {
    return lookups.joinForeign(new ForeignAddresses(SHA256, SHA512), source).result();
  }

  @Test
  void while_nothing_was_imported_only_the_instance_is_asked_for_and_then_held() {
    stored.put(INSTANCE, InstanceRecord.DEFAULTS);
    stored.put(SHA256, key(false));
    fence.confirm(clocks.now());
    assertThat(verdict()).isEqualTo(Denial.KEY_INVALID);
    assertThat(verdict()).isEqualTo(Denial.KEY_INVALID);
    assertThat(asked).containsExactly(INSTANCE);
    assertThat(lookups.instance()).isEqualTo(InstanceRecord.DEFAULTS);
  }

  @Test
  void what_is_held_of_the_instance_is_forgotten_when_it_changes() {
    stored.put(INSTANCE, InstanceRecord.DEFAULTS);
    verdict();
    lookups.forget(INSTANCE);
    assertThat(lookups.instance()).isNull();
    verdict();
    lookups.forgetAll();
    assertThat(lookups.instance()).isNull();
  }

  @Test
  void a_secret_is_looked_up_by_the_hashes_that_were_imported_and_by_no_other() {
    stored.put(SHA256, key(false));
    stored.put(SHA512, key(false));
    stored.put(INSTANCE, new InstanceRecord(true, false, true));
    assertThat(((Grant) verdict()).digest()).isEqualTo(SHA512);
    stored.put(INSTANCE, new InstanceRecord(true, true, false));
    lookups.forgetAll();
    assertThat(((Grant) verdict()).digest()).isEqualTo(SHA256);
    assertThat(asked.stream().filter(SHA256::equals)).hasSize(1);
    assertThat(asked.stream().filter(SHA512::equals)).hasSize(1);
  }

  @Test
  void what_the_one_hash_does_not_lead_to_the_other_may() {
    stored.put(INSTANCE, BOTH);
    assertThat(verdict()).isEqualTo(Denial.KEY_INVALID);
    stored.put(SHA512, key(false));
    assertThat(verdict()).isInstanceOf(Grant.class);
    stored.put(SHA512, key(true));
    lookups.forget(SHA512);
    assertThat(verdict()).isEqualTo(Denial.KEY_INVALID);
  }

  @Test
  void what_one_of_them_grants_stands_whatever_becomes_of_the_other() {
    stored.put(INSTANCE, BOTH);
    stored.put(SHA512, key(false));
    unreachable = SHA256;
    assertThat(((Grant) verdict()).digest()).isEqualTo(SHA512);
    stored.remove(SHA512);
    lookups.forget(SHA512);
    assertThat(verdict()).isEqualTo(Denial.STORES_UNREACHABLE);
    unreachable = SHA512;
    stored.put(SHA256, key(true));
    assertThat(verdict()).isEqualTo(Denial.STORES_UNREACHABLE);
    stored.put(SHA256, key(false));
    lookups.forget(SHA256);
    assertThat(((Grant) verdict()).digest()).isEqualTo(SHA256);
  }

  @Test
  void an_outage_is_no_word_on_the_key_whatever_is_held() {
    away = true;
    assertThat(verdict()).isEqualTo(Denial.STORES_UNREACHABLE);
    away = false;
    stored.put(INSTANCE, BOTH);
    fence.confirm(clocks.now());
    verdict();
    away = true;
    assertThat(verdict()).isEqualTo(Denial.STORES_UNREACHABLE);
  }
}
