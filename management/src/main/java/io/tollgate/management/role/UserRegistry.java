package io.tollgate.management.role;

import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Page;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.object.WordId;
import io.tollgate.management.plan.DeletedPayer;
import io.tollgate.store.SubjectRecord;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The users in Postgres. Safe for all virtual threads. */
final class UserRegistry {
  static final String PREFIX = "user_";

  private static final ObjectView VIEW = ObjectViews.USERS;

  private static final String INSERT =
      """
      INSERT INTO tollgate.app_user (
        id, external_id, username, first_name, last_name, email_addresses, public_metadata,
        private_metadata, unsafe_metadata)
      VALUES ($1, $2, $3, $4, $5, $6, $7::text::json, $8::text::json, $9::text::json)
      """;

  /** The address that is to be the primary one comes first, the others stay in their order. */
  private static final String UPDATE =
      """
      UPDATE tollgate.app_user t SET external_id = coalesce($2, external_id),
        username = coalesce($3, username), first_name = coalesce($4, first_name),
        last_name = coalesce($5, last_name), updated_at = now(),
        email_addresses = ARRAY(
          SELECT e.address FROM unnest(t.email_addresses) WITH ORDINALITY e (address, place)
          ORDER BY coalesce(%1$s = $6::text, false) DESC, e.place)
      WHERE t.id = $1 AND ($6::text IS NULL OR EXISTS (
        SELECT FROM unnest(t.email_addresses) e (address) WHERE %1$s = $6::text))
      """
          .formatted(ObjectViews.EMAIL_ID);

  private static final String LEAVE =
      """
      UPDATE tollgate.membership SET left_at = now(), updated_at = now(), mapped_by = NULL,
        manual_role_id = NULL, public_metadata = '{}', private_metadata = '{}'
      WHERE user_id = $1 AND organization_id = ANY($2::text[])
      """;

  private final Transactions transactions;
  private final RandomGenerator random;

  /** A user who is wanted, in whom all is right. */
  record Wanted(
      @Nullable String externalId,
      @Nullable String username,
      @Nullable String firstName,
      @Nullable String lastName,
      List<String> emailAddresses,
      Metadata metadata) {}

  /** What a user is to be; null is as he is. */
  record Patch(
      @Nullable String externalId,
      @Nullable String username,
      @Nullable String firstName,
      @Nullable String lastName,
      @Nullable String primaryEmailId) {}

  UserRegistry(Transactions transactions, RandomGenerator random) {
    this.transactions = transactions;
    this.random = random;
  }

  Changed insert(Wanted wanted, Origin origin) {
    String id = WordId.make(PREFIX, random);
    Tuple parameters =
        Tuple.of(id, wanted.externalId, wanted.username, wanted.firstName, wanted.lastName)
            .addArrayOfString(wanted.emailAddresses.toArray(String[]::new))
            .addString(wanted.metadata.of(Metadata.PUBLIC))
            .addString(wanted.metadata.of(Metadata.PRIVATE))
            .addString(wanted.metadata.of(Metadata.UNSAFE));
    return transactions.change(
        change -> {
          change.execute(INSERT, parameters);
          Spelled after = VIEW.get(change::execute, id);
          return Changed.created(change, origin, "user.create", after);
        });
  }

  /** Changes what is not null. Empty where there is no such user. */
  Optional<Changed> update(String id, Patch patch, Origin origin) {
    return transactions.change(
        change ->
            VIEW.lock(change, id)
                .map(
                    before -> {
                      Tuple parameters =
                          Tuple.of(id, patch.externalId, patch.username)
                              .addString(patch.firstName)
                              .addString(patch.lastName)
                              .addString(patch.primaryEmailId);
                      boolean isDone = change.execute(UPDATE, parameters).rowCount() > 0;
                      if (!isDone && patch.primaryEmailId != null) {
                        throw Fields.missing(UserEndpoint.PRIMARY_EMAIL, patch.primaryEmailId);
                      }
                      Spelled after = VIEW.get(change::execute, id);
                      DirectoryHold.checkAttributes(change, id, before, after);
                      return Changed.updated(change, origin, "user.update", before, after);
                    }));
  }

  /** Merges into what is noted of a user. Empty where there is no such user. */
  Optional<Changed> merge(String id, Metadata metadata, Origin origin) {
    Tuple key = Tuple.of(id);
    return transactions.change(
        change ->
            metadata.merge(
                change,
                VIEW,
                "t.id = $1",
                key,
                (before, after) -> DirectoryHold.checkAttributes(change, id, before, after),
                origin,
                "user.update_metadata"));
  }

  long count(String query) {
    var none = new Page(query, "created_at", false, 1, 0);
    return VIEW.list(transactions::read, none).total();
  }

  /**
   * Ends all that a user has, his subscription and his keys first of all; not the keys that he made
   * for organizations. Empty where there is no such user.
   */
  Optional<Changed> delete(String id, Origin origin) {
    return transactions.change(
        change -> {
          if (VIEW.find(change::execute, "id", id).isEmpty()) {
            return Optional.empty();
          }
          // Nothing where another one has deleted him meanwhile, who ended it, too.
          List<AuditEntry> ended = DeletedPayer.end(change, origin, id);
          SubjectRecord record = lockForGood(change, id);
          return VIEW.find(change::execute, "id", id)
              .map(
                  before -> {
                    endMemberships(change, id, record);
                    // What his directory has of him goes, too, which may tell of him again.
                    change.execute(
                        "DELETE FROM tollgate.scim_user WHERE user_id = $1", Tuple.of(id));
                    DirectoryHold.checkLocalOwner(change, record.roles().keySet());
                    change.execute("DELETE FROM tollgate.app_user WHERE id = $1", Tuple.of(id));
                    List<AuditEntry> lines = new ArrayList<>(ended);
                    lines.addAll(DirectoryUsers.madeForOrganizations(change, origin, id));
                    return Changed.deleted(change, origin, "user.delete", before, lines);
                  });
        });
  }

  /** In the order in which all lock who change a user, his roles or his groups. */
  private static SubjectRecord lockForGood(Change change, String id) {
    String told = "SELECT directory_id, id FROM tollgate.scim_user WHERE user_id = $1 FOR UPDATE";
    for (Row row : change.execute(told, Tuple.of(id))) {
      DirectoryUsers.lockGroups(change, row.getString("directory_id"), row.getString("id"));
    }
    SubjectRecord record = MemberRoles.lock(change, id);
    change.execute("SELECT FROM tollgate.app_user WHERE id = $1 FOR UPDATE", Tuple.of(id));
    return record;
  }

  /**
   * Lets a user be active again whom no directory manages any more; keys that he had stay ended.
   * Empty where there is no such user.
   */
  Optional<Changed> activate(String id, Origin origin) {
    return transactions.change(
        change -> {
          if (VIEW.find(change::execute, "id", id).isEmpty()) {
            return Optional.empty();
          }
          RoleRecords.hold(change);
          // Before his row, as whoever takes him over for a directory does.
          MemberRoles.lock(change, id);
          return VIEW.lock(change, id).map(before -> activate(change, id, before, origin));
        });
  }

  private static Changed activate(Change change, String id, Spelled before, Origin origin) {
    DirectoryUsers.checkUnmanaged(change, id);
    if (!before.flag("deprovisioned")) {
      return new Changed(before, change.newest());
    }
    DirectoryUsers.comeBack(change, id);
    List<AuditEntry> lines = MappedRoles.lapse(change, origin, id);
    Spelled after = VIEW.get(change::execute, id);
    return Changed.updated(change, origin, "user.activate", before, after, lines);
  }

  /** What bounds the keys that he made for organizations stays, since they live on. */
  private static void endMemberships(Change change, String id, SubjectRecord record) {
    Set<String> organizations = DirectoryUsers.organizationsWithKeysOf(change, id);
    MemberRoles.end(change, id, record, organizations);
    change.execute(LEAVE, Tuple.of(id).addArrayOfString(organizations.toArray(String[]::new)));
    change.execute(
        "DELETE FROM tollgate.membership WHERE user_id = $1 AND left_at IS NULL", Tuple.of(id));
  }
}
