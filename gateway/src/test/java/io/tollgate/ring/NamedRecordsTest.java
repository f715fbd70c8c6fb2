package io.tollgate.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Per;
import io.tollgate.plan.Plan;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.PlanRecord;
import io.tollgate.store.RecordName;
import io.tollgate.store.RecordSource;
import io.tollgate.store.RoleRecord;
import io.tollgate.store.SecretKeyRecord;
import io.tollgate.store.StoreUnreachable;
import io.tollgate.store.StoredRecord;
import io.tollgate.store.SubjectRecord;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What keys have in common, and what becomes of their grants when it changes. */
class NamedRecordsTest {
  private static final Subject USER = new Subject("user_000000000000000000000000000");
  private static final Subject OTHER_USER = new Subject("user_000000000000000000000000001");
  private static final Subject ORGANIZATION = new Subject("org_000000000000000000000000000");
  private static final Subject OTHER_ORGANIZATION = new Subject("org_000000000000000000000000001");
  private static final KeyDigest DIGEST = new KeyDigest(1, 2, 3, 4);
  private static final Duration BOUND = Duration.ofMillis(100);

  private final Map<KeyDigest, StoredRecord> stored = new HashMap<>();
  private final List<KeyDigest> asked = new ArrayList<>();
  private final Map<KeyDigest, Promise<Optional<StoredRecord>>> held = new HashMap<>();
  private final KeyRing ring = new KeyRing(100);
  private final VirtualClocks clocks = new VirtualClocks();
  private final Fence fence = new Fence(BOUND.toNanos());
  private final Lookups lookups =
      new Lookups(ring, new Generations(), fence, 10, clocks, EnumSet.allOf(Guard.class));
  private final RecordSource source = new Stored();

  private final class Stored implements RecordSource {
    @Override
    public Future<Optional<StoredRecord>> find(KeyDigest address) {
      asked.add(address);
      Promise<Optional<StoredRecord>> waiting = held.get(address);
      return waiting == null
          ? Future.succeededFuture(Optional.ofNullable(stored.get(address)))
          : waiting.future();
    }
  }

  private void put(RecordName name, StoredRecord record) {
    stored.put(name.address(), record);
    lookups.forget(name.address());
  }

  private static KeyRecord key(
      Subject subject, @Nullable Subject member, boolean enabled, long since, String... scopes) {
    return new KeyRecord(
        9,
        since,
        new KeyId(5, 6),
        subject,
        member,
        Scopes.of(List.of(scopes)),
        List.of(),
        false,
        enabled,
        KeyRecord.NEVER);
  }

  private void putKey(Subject subject, @Nullable Subject member, String... scopes) {
    stored.put(DIGEST, key(subject, member, true, 5, scopes));
  }

  private Future<Verdict> join() {
    return lookups.join(DIGEST, source);
  }

  private Verdict verdict() {
    return join().result();
  }

  private @Nullable Verdict known() {
    return lookups.known(DIGEST.a(), DIGEST.b(), DIGEST.c(), DIGEST.d());
  }

  private String scopes() {
    return ((Grant) verdict()).scopes().toString();
  }

  private static SubjectRecord holding(String... organizationAndRole) {
    Map<String, String> roles = new HashMap<>();
    for (int i = 0; i < organizationAndRole.length; i += 2) {
      roles.put(organizationAndRole[i], organizationAndRole[i + 1]);
    }
    return new SubjectRecord(0, true, roles);
  }

  @Test
  void a_key_of_a_subject_of_whom_nothing_is_known_may_do_what_it_says() {
    putKey(USER, USER, "read", "write");
    assertThat(scopes()).isEqualTo("read write");
    assertThat(known()).isInstanceOf(Grant.class);
  }

  @Test
  void while_keys_are_switched_off_none_is_valid_and_afterwards_it_is_again() {
    putKey(USER, USER);
    put(RecordName.INSTANCE, new InstanceRecord(false, false, false));
    assertThat(verdict()).isEqualTo(Denial.KEY_INVALID);
    assertThat(known()).isNull();
    put(RecordName.INSTANCE, InstanceRecord.DEFAULTS);
    assertThat(verdict()).isInstanceOf(Grant.class);
  }

  @Test
  void a_key_that_is_switched_off_is_not_valid_and_that_is_not_remembered() {
    stored.put(DIGEST, key(USER, USER, false, 5));
    assertThat(verdict()).isEqualTo(Denial.KEY_INVALID);
    stored.put(DIGEST, key(USER, USER, true, 5));
    assertThat(verdict()).isInstanceOf(Grant.class);
  }

  @Test
  void all_keys_of_a_subject_end_at_once_but_those_made_later() {
    put(RecordName.subject(USER), new SubjectRecord(5, true, Map.of()));
    stored.put(DIGEST, key(USER, USER, true, 4));
    assertThat(verdict()).isEqualTo(Denial.KEY_INVALID);
    stored.put(DIGEST, key(USER, USER, true, 5));
    assertThat(verdict()).isInstanceOf(Grant.class);
  }

  private static PlanRecord plan(String version, String... scopes) {
    var limits = List.of(new Limit(Per.KEY, 10, 60, 5));
    return new PlanRecord(new Plan(version, limits, Scopes.of(List.of(scopes))));
  }

  private Plan plan() {
    return ((Grant) verdict()).plan();
  }

  @Test
  void a_subject_that_subscribed_to_nothing_has_the_default_plan_of_its_kind() {
    put(RecordName.plan("pver_users"), plan("pver_users"));
    put(RecordName.plan("pver_orgs"), plan("pver_orgs"));
    put(RecordName.INSTANCE, InstanceRecord.DEFAULTS.withPlans("pver_users", "pver_orgs"));
    putKey(USER, USER);
    assertThat(plan().version()).isEqualTo("pver_users");
    assertThat(plan().limits()).containsExactly(new Limit(Per.KEY, 10, 60, 5));
    put(RecordName.INSTANCE, InstanceRecord.DEFAULTS.withPlans(null, "pver_orgs"));
    assertThat(known()).isNull();
    assertThat(plan()).isEqualTo(Plan.NONE);
    stored.put(DIGEST, key(ORGANIZATION, null, true, 6));
    lookups.forget(DIGEST);
    assertThat(plan().version()).isEqualTo("pver_orgs");
  }

  @Test
  void a_subject_that_subscribed_has_its_own_plan_until_that_changes() {
    put(RecordName.plan("pver_1"), plan("pver_1"));
    put(RecordName.plan("pver_2"), plan("pver_2"));
    put(RecordName.INSTANCE, InstanceRecord.DEFAULTS.withPlans("pver_1", null));
    put(RecordName.subject(USER), SubjectRecord.DEFAULTS.withPlan("pver_2"));
    putKey(USER, USER);
    assertThat(plan().version()).isEqualTo("pver_2");
    put(RecordName.subject(USER), SubjectRecord.DEFAULTS);
    assertThat(known()).isNull();
    assertThat(plan().version()).isEqualTo("pver_1");
  }

  @Test
  void a_plan_that_is_not_there_restricts_nothing() {
    put(RecordName.subject(USER), SubjectRecord.DEFAULTS.withPlan("pver_gone"));
    putKey(USER, USER, "read");
    assertThat(plan()).isEqualTo(Plan.NONE);
    assertThat(scopes()).isEqualTo("read");
  }

  @Test
  void a_scope_counts_while_the_plan_holds_it() {
    putKey(USER, USER, "read", "write");
    put(RecordName.plan("pver_1"), plan("pver_1", "admin", "read"));
    put(RecordName.subject(USER), SubjectRecord.DEFAULTS.withPlan("pver_1"));
    assertThat(scopes()).isEqualTo("read");
    put(RecordName.plan("pver_2"), new PlanRecord(new Plan("pver_2", List.of(), null)));
    put(RecordName.subject(USER), SubjectRecord.DEFAULTS.withPlan("pver_2"));
    assertThat(scopes()).isEqualTo("read write");
  }

  @Test
  void keys_of_a_subject_that_is_not_enabled_are_not_valid() {
    put(RecordName.subject(USER), new SubjectRecord(0, false, Map.of()));
    putKey(USER, USER);
    assertThat(verdict()).isEqualTo(Denial.KEY_INVALID);
  }

  @Test
  void a_permission_counts_while_some_role_of_its_user_holds_it() {
    putKey(USER, USER, "org:bills:read", "org:bills:write", "free");
    assertThat(scopes()).isEqualTo("free");
    put(RecordName.role("role_1"), new RoleRecord(Set.of("org:bills:read")));
    put(RecordName.subject(USER), holding(ORGANIZATION.id(), "role_1"));
    assertThat(scopes()).isEqualTo("free org:bills:read");
    put(RecordName.role("role_2"), new RoleRecord(Set.of("org:bills:write")));
    put(
        RecordName.subject(USER),
        holding(ORGANIZATION.id(), "role_1", OTHER_ORGANIZATION.id(), "role_2"));
    assertThat(scopes()).isEqualTo("free org:bills:read org:bills:write");
  }

  @Test
  void of_an_organizations_key_it_counts_while_its_makers_role_there_holds_it() {
    put(RecordName.role("role_1"), new RoleRecord(Set.of("org:bills:read")));
    putKey(ORGANIZATION, OTHER_USER, "org:bills:read");
    put(RecordName.subject(OTHER_USER), holding(OTHER_ORGANIZATION.id(), "role_1"));
    assertThat(scopes()).isEmpty();
    put(RecordName.subject(OTHER_USER), holding(ORGANIZATION.id(), "role_1"));
    assertThat(scopes()).isEqualTo("org:bills:read");
  }

  @Test
  void of_an_organizations_key_it_counts_when_its_maker_has_left_while_his_last_role_holds_it() {
    put(RecordName.role("role_1"), new RoleRecord(Set.of("org:bills:read")));
    put(RecordName.role("role_2"), new RoleRecord(Set.of()));
    putKey(ORGANIZATION, OTHER_USER, "org:bills:read");
    put(RecordName.subject(OTHER_USER), left(Map.of(ORGANIZATION.id(), "role_1")));
    assertThat(scopes()).isEqualTo("org:bills:read");
    put(RecordName.subject(OTHER_USER), left(Map.of(ORGANIZATION.id(), "role_2")));
    assertThat(scopes()).isEmpty();
    put(RecordName.subject(OTHER_USER), left(Map.of(ORGANIZATION.id(), "role_1")));
    assertThat(scopes()).isEqualTo("org:bills:read");
    put(RecordName.role("role_1"), new RoleRecord(Set.of()));
    assertThat(scopes()).isEmpty();
    put(RecordName.subject(OTHER_USER), SubjectRecord.DEFAULTS.closed());
    assertThat(scopes()).isEmpty();
  }

  private static SubjectRecord left(Map<String, String> roles) {
    return new SubjectRecord(0, false, roles);
  }

  @Test
  void an_organizations_own_key_has_nobody_whose_role_could_bound_it() {
    putKey(ORGANIZATION, null, "org:bills:read");
    assertThat(scopes()).isEqualTo("org:bills:read");
  }

  @Test
  void a_grant_ends_when_anything_that_it_names_changes() {
    put(RecordName.role("role_1"), new RoleRecord(Set.of("org:bills:read")));
    put(RecordName.subject(OTHER_USER), holding(ORGANIZATION.id(), "role_1"));
    putKey(ORGANIZATION, OTHER_USER, "org:bills:read");
    for (RecordName named :
        List.of(
            RecordName.INSTANCE,
            RecordName.subject(ORGANIZATION),
            RecordName.subject(OTHER_USER),
            RecordName.role("role_1"))) {
      assertThat(verdict()).isInstanceOf(Grant.class);
      assertThat(known()).isInstanceOf(Grant.class);
      lookups.forget(named.address());
      assertThat(known()).as(named.text()).isNull();
    }
  }

  @Test
  void a_grant_that_was_made_of_what_changed_meanwhile_is_one_of_yesterday() {
    put(RecordName.role("role_1"), new RoleRecord(Set.of("org:bills:read")));
    put(RecordName.subject(USER), holding(ORGANIZATION.id(), "role_1"));
    putKey(USER, USER, "org:bills:read");
    Promise<Optional<StoredRecord>> role = Promise.promise();
    held.put(RecordName.role("role_1").address(), role);
    Future<Verdict> waiting = join();
    // The subject was read, the role is not yet.
    put(RecordName.subject(USER), holding());
    role.complete(Optional.of(new RoleRecord(Set.of("org:bills:read"))));
    assertThat(((Grant) waiting.result()).scopes().toString()).isEqualTo("org:bills:read");
    assertThat(known()).isNull();
    assertThat(scopes()).isEmpty();
  }

  @Test
  void what_is_known_of_a_record_is_used_while_the_fence_stands() {
    stored.put(RecordName.INSTANCE.address(), InstanceRecord.DEFAULTS);
    stored.put(RecordName.subject(USER).address(), SubjectRecord.DEFAULTS);
    putKey(USER, USER);
    fence.confirm(clocks.now());
    verdict();
    lookups.forget(DIGEST);
    asked.clear();
    verdict();
    assertThat(asked).containsExactly(DIGEST);
    lookups.forget(DIGEST);
    clocks.advance(BOUND);
    asked.clear();
    verdict();
    assertThat(asked).hasSize(3);
  }

  @Test
  void nobody_joins_a_look_up_that_rests_on_what_is_as_old_as_the_bound() {
    stored.put(RecordName.INSTANCE.address(), InstanceRecord.DEFAULTS);
    put(RecordName.role("role_1"), new RoleRecord(Set.of()));
    put(RecordName.subject(USER), holding(ORGANIZATION.id(), "role_1"));
    putKey(USER, USER, "org:bills:read");
    fence.confirm(clocks.now());
    verdict();
    lookups.forget(DIGEST);
    lookups.forget(RecordName.role("role_1").address());
    clocks.advance(BOUND.dividedBy(2));
    held.put(RecordName.role("role_1").address(), Promise.promise());
    // It takes what was true half a bound ago, by the fence, and waits for the role.
    join();
    asked.clear();
    clocks.advance(BOUND.dividedBy(2).minusMillis(1));
    join();
    assertThat(asked).isEmpty();
    clocks.advance(Duration.ofMillis(1));
    join();
    assertThat(asked).contains(DIGEST);
  }

  @Test
  void a_record_that_is_being_read_is_asked_for_once() {
    putKey(USER, USER);
    stored.put(new KeyDigest(2, 2, 2, 2), key(USER, USER, true, 5));
    Promise<Optional<StoredRecord>> instance = Promise.promise();
    held.put(RecordName.INSTANCE.address(), instance);
    Future<Verdict> one = join();
    Future<Verdict> other = lookups.join(new KeyDigest(2, 2, 2, 2), source);
    assertThat(asked.stream().filter(RecordName.INSTANCE.address()::equals)).hasSize(1);
    instance.complete(Optional.empty());
    assertThat(one.result()).isInstanceOf(Grant.class);
    assertThat(other.result()).isInstanceOf(Grant.class);
  }

  @Test
  void a_record_that_no_store_can_tell_of_leaves_its_keys_unknown() {
    putKey(USER, USER);
    Promise<Optional<StoredRecord>> subject = Promise.promise();
    held.put(RecordName.subject(USER).address(), subject);
    Future<Verdict> waiting = join();
    subject.fail(new StoreUnreachable("both away"));
    assertThat(waiting.result()).isEqualTo(Denial.STORES_UNREACHABLE);
    assertThat(known()).isNull();
  }

  @Test
  void a_secret_key_opens_its_areas_until_it_is_gone() {
    stored.put(DIGEST, new SecretKeyRecord("isk_1", Set.of("keys"), KeyRecord.NEVER));
    assertThat(((Access) verdict()).areas()).containsExactly("keys");
    assertThat(known()).isInstanceOf(Access.class);
    stored.remove(DIGEST);
    lookups.forget(DIGEST);
    assertThat(verdict()).isEqualTo(Denial.KEY_INVALID);
  }
}
