package io.tollgate.ring;

import com.github.benmanes.caffeine.cache.Interner;
import io.tollgate.access.AddressRanges;
import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.plan.Plan;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.PlanRecord;
import io.tollgate.store.RecordName;
import io.tollgate.store.RecordSource;
import io.tollgate.store.RoleRecord;
import io.tollgate.store.StoredRecord;
import io.tollgate.store.SubjectRecord;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a key names, and makes of all of it what the key may do.
 *
 * <p>A record that Postgres does not have either restricts nothing. Confined to the context of the
 * look-ups.
 */
final class Resolver {
  private final SharedRecords records;
  private final Generations generations;

  /** A million keys share a few sets of scopes, and hold one copy of each. */
  private final Interner<Scopes> scopes = Interner.newWeakInterner();

  Resolver(SharedRecords records, Generations generations) {
    this.records = records;
    this.generations = generations;
  }

  /** One key on its way to a verdict. */
  private record Case(
      KeyDigest digest, KeyRecord key, Lookup lookup, RecordSource source, Basis basis) {}

  /**
   * Returns what a key that is neither revoked nor switched off may do.
   *
   * @return fails where a record could not be read
   */
  Future<Verdict> resolve(KeyDigest digest, KeyRecord key, Lookup lookup, RecordSource source) {
    var one = new Case(digest, key, lookup, source, new Basis(generations));
    Future<InstanceRecord> instance =
        read(one, RecordName.INSTANCE, InstanceRecord.class, InstanceRecord.DEFAULTS);
    Future<SubjectRecord> subject = subject(one, key.subject());
    Future<SubjectRecord> member = isBounded(key) ? member(one, subject) : subject;
    return Future.all(instance, subject, member)
        .compose(
            read ->
                isOpen(key, instance.result(), subject.result())
                    ? plan(one, instance.result(), subject.result())
                        .compose(plan -> permit(one, member.result(), plan))
                    : Future.succeededFuture(Denial.KEY_INVALID));
  }

  private static boolean isOpen(KeyRecord key, InstanceRecord instance, SubjectRecord subject) {
    return instance.keysEnabled() && subject.isOpen(key.since());
  }

  /** The plan that the key's subject has; one that is not there restricts nothing. */
  private Future<Plan> plan(Case one, InstanceRecord instance, SubjectRecord subject) {
    @Nullable String subscribed = subject.plan();
    @Nullable String version =
        subscribed == null ? instance.defaultPlan(one.key.subject()) : subscribed;
    return version == null
        ? Future.succeededFuture(Plan.NONE)
        : read(one, RecordName.plan(version), PlanRecord.class, NO_PLAN).map(PlanRecord::plan);
  }

  private static final PlanRecord NO_PLAN = new PlanRecord(Plan.NONE);

  /** Whether some of the key's scopes count only while a role holds them. */
  private static boolean isBounded(KeyRecord key) {
    return key.member() != null && key.scopes().hasPermissions();
  }

  private Future<SubjectRecord> member(Case one, Future<SubjectRecord> subject) {
    @Nullable Subject member = one.key.member();
    return member == null || member.equals(one.key.subject()) ? subject : subject(one, member);
  }

  private Future<SubjectRecord> subject(Case one, Subject subject) {
    return read(one, RecordName.subject(subject), SubjectRecord.class, SubjectRecord.DEFAULTS);
  }

  private <R extends StoredRecord> Future<R> read(
      Case one, RecordName name, Class<R> kind, R absent) {
    // The generation first: what changes from here on makes the grant one of yesterday.
    one.basis.add(name.address());
    Future<Optional<StoredRecord>> found = records.read(name, one.source, one.lookup);
    return found.map(record -> record.filter(kind::isInstance).map(kind::cast).orElse(absent));
  }

  private Future<Verdict> permit(Case one, SubjectRecord member, Plan plan) {
    if (!isBounded(one.key)) {
      return Future.succeededFuture(grant(one, one.key.scopes(), plan));
    }
    List<Future<RoleRecord>> roles =
        rolesOf(one.key, member).stream()
            .map(id -> read(one, RecordName.role(id), RoleRecord.class, NO_ROLE))
            .toList();
    return Future.all(roles)
        .map(
            read -> {
              Set<String> held = new HashSet<>();
              roles.forEach(role -> held.addAll(role.result().permissions()));
              return grant(one, one.key.scopes().withPermissionsOf(held), plan);
            });
  }

  private static final RoleRecord NO_ROLE = new RoleRecord(Set.of());

  /**
   * Of an organization's key the role that its maker holds there, or held when he left: what he
   * made for it lives on. Of a user's own all of his.
   */
  private static Collection<String> rolesOf(KeyRecord key, SubjectRecord member) {
    if (!key.subject().isOrganization()) {
      return member.enabled() ? Set.copyOf(member.roles().values()) : List.of();
    }
    @Nullable String role = member.roles().get(key.subject().id());
    return role == null ? List.of() : List.of(role);
  }

  private Grant grant(Case one, Scopes held, Plan plan) {
    KeyRecord key = one.key;
    List<String> addresses = key.addresses();
    return new Grant(
        one.digest,
        one.lookup.sent().nanos(),
        key.id(),
        key.subject(),
        plan,
        scopes.intern(plan.entitled(held)),
        addresses.isEmpty() ? AddressRanges.NONE : AddressRanges.of(addresses),
        key.expiresAtMillis(),
        one.basis);
  }
}
