package io.tollgate.management.connection;

import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.object.WordId;
import io.tollgate.management.role.RoleRecords;
import io.tollgate.management.wire.ApiError;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The enterprise connections in Postgres. Safe for all virtual threads. */
final class ConnectionRegistry {
  static final String PREFIX = "entconn_";
  static final String ORGANIZATION = "organization_id";

  private static final ObjectView VIEW = ConnectionViews.CONNECTIONS;

  private static final String INSERT =
      """
      INSERT INTO tollgate.enterprise_connection (
        id, name, provider, active, domains, organization_id, allow_organization_account_linking,
        saml, oidc, sync_user_attributes, disable_additional_identifications)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::json, $9::text::json, $10, $11)
      """;

  private static final String UPDATE =
      """
      UPDATE tollgate.enterprise_connection SET name = coalesce($2, name),
        active = coalesce($3, active), domains = coalesce($4, domains),
        organization_id = coalesce($5, organization_id),
        allow_organization_account_linking = coalesce($6, allow_organization_account_linking),
        saml = coalesce($7::text::json, saml), oidc = coalesce($8::text::json, oidc),
        sync_user_attributes = coalesce($9, sync_user_attributes),
        disable_additional_identifications = coalesce($10, disable_additional_identifications),
        updated_at = now()
      WHERE id = $1
      """;

  private final Transactions transactions;
  private final DirectoryRegistry directories;
  private final DirectoryRemoval removal;
  private final RandomGenerator random;

  /**
   * What a connection is to be; null is as it is, or as it is by default.
   *
   * @param syncsAttributes whether each sign-in tells a user's attributes anew
   * @param disablesOthers whether a user may sign in by nothing else
   * @param saml merged into what is there, null for members that are to go
   * @param oidc the same
   * @param attributes all that it is to have
   */
  record Wanted(
      @Nullable String name,
      @Nullable String provider,
      @Nullable List<String> domains,
      @Nullable String organizationId,
      @Nullable Boolean active,
      @Nullable Boolean linking,
      @Nullable Boolean syncsAttributes,
      @Nullable Boolean disablesOthers,
      @Nullable JsonObject saml,
      @Nullable JsonObject oidc,
      @Nullable List<CustomAttribute> attributes) {}

  ConnectionRegistry(
      Transactions transactions,
      DirectoryRegistry directories,
      DirectoryRemoval removal,
      RandomGenerator random) {
    this.transactions = transactions;
    this.directories = directories;
    this.removal = removal;
    this.random = random;
  }

  Changed insert(Wanted wanted, Origin origin) {
    String id = WordId.make(PREFIX, random);
    return transactions.change(
        change -> {
          checkOrganization(change, wanted.organizationId);
          Tuple parameters =
              Tuple.of(id, wanted.name, wanted.provider)
                  .addBoolean(Boolean.TRUE.equals(wanted.active))
                  .addArrayOfString(domains(wanted))
                  .addString(wanted.organizationId)
                  .addBoolean(Boolean.TRUE.equals(wanted.linking))
                  .addString(merged(null, wanted.saml))
                  .addString(merged(null, wanted.oidc))
                  .addBoolean(!Boolean.FALSE.equals(wanted.syncsAttributes))
                  .addBoolean(Boolean.TRUE.equals(wanted.disablesOthers));
          change.execute(INSERT, parameters);
          CustomAttribute.replace(
              change, id, Objects.requireNonNullElse(wanted.attributes, List.of()));
          Spelled after = VIEW.get(change::execute, id);
          return Changed.created(change, origin, "enterprise_connection.create", after);
        });
  }

  private static String @Nullable [] domains(Wanted wanted) {
    return wanted.domains == null ? null : wanted.domains.toArray(String[]::new);
  }

  /** Returns what is to be kept; null where nothing is said, which leaves what is there. */
  private static @Nullable String merged(@Nullable String kept, @Nullable JsonObject said) {
    return said == null
        ? null
        : SignIn.merged(kept == null ? new JsonObject() : new JsonObject(kept), said).encode();
  }

  private static void checkOrganization(Change change, @Nullable String id) {
    String sql = "SELECT FROM tollgate.organization WHERE id = $1 FOR KEY SHARE";
    if (id != null && change.execute(sql, Tuple.of(id)).rowCount() == 0) {
      throw Fields.missing(ORGANIZATION, id);
    }
  }

  /** Changes what is not null, and what its directory makes of it. Empty where there is none. */
  Optional<Changed> update(String id, Wanted wanted, Origin origin) {
    Optional<Changed> changed =
        transactions.change(
            change -> {
              RoleRecords.hold(change);
              DirectoryQueue.enterAloneByConnection(change, id);
              return VIEW.lock(change, id)
                  .map(before -> update(change, id, wanted, before, origin));
            });
    return changed.map(done -> directories.settled(id, done));
  }

  private Changed update(Change change, String id, Wanted wanted, Spelled before, Origin origin) {
    SignIn.checkKind(before.member("provider"), wanted.saml, wanted.oidc);
    @Nullable String organization = before.member(ORGANIZATION);
    if (wanted.organizationId != null && !wanted.organizationId.equals(organization)) {
      join(change, id, organization, wanted.organizationId);
    }
    Row kept = kept(change, id);
    Tuple parameters =
        Tuple.of(id, wanted.name)
            .addBoolean(wanted.active)
            .addArrayOfString(domains(wanted))
            .addString(wanted.organizationId)
            .addBoolean(wanted.linking)
            .addString(merged(kept.getString("saml"), wanted.saml))
            .addString(merged(kept.getString("oidc"), wanted.oidc))
            .addBoolean(wanted.syncsAttributes)
            .addBoolean(wanted.disablesOthers);
    change.execute(UPDATE, parameters);
    if (wanted.attributes != null) {
      DirectoryRegistry.drop(change, id, CustomAttribute.replace(change, id, wanted.attributes));
    }
    Spelled after = VIEW.get(change::execute, id);
    // Told anew without need, those who wait for it would wait from the beginning.
    List<AuditEntry> lines =
        isSame(before, after, ORGANIZATION) && isSame(before, after, CustomAttribute.MEMBER)
            ? List.of()
            : directories.connectionChanged(change, id, origin);
    return Changed.updated(change, origin, "enterprise_connection.update", before, after, lines);
  }

  private static boolean isSame(Spelled before, Spelled after, String member) {
    return Objects.equals(
        new JsonObject(before.text()).getValue(member),
        new JsonObject(after.text()).getValue(member));
  }

  private static Row kept(Change change, String id) {
    String sql =
        "SELECT saml::text AS saml, oidc::text AS oidc FROM tollgate.enterprise_connection"
            + " WHERE id = $1";
    return change.execute(sql, Tuple.of(id)).iterator().next();
  }

  /** It becomes an organization's for good: members come and go by it. */
  private static void join(
      Change change, String id, @Nullable String organizationId, String wantedId) {
    if (organizationId != null) {
      throw ApiError.form(
          "form_param_value_invalid",
          "is invalid",
          ORGANIZATION,
          ORGANIZATION + " is " + organizationId + " already, which can't be changed any more.");
    }
    checkOrganization(change, wantedId);
    DirectoryRegistry.setOrganization(change, id, wantedId);
  }

  /** Removes a connection with its directory. Empty where there is none. */
  Optional<Changed> delete(String id, Origin origin) {
    Optional<String> directory = directories.ofConnection(id);
    directory.ifPresent(known -> removal.delete(known, origin));
    return transactions.change(
        change ->
            VIEW.lock(change, id)
                .map(
                    before -> {
                      if (DirectoryRegistry.isThere(change, id)) {
                        throw new ApiError(
                            409,
                            "enterprise_connection_has_directory",
                            "Directory in use",
                            "The connection was given a directory meanwhile; repeat the call.");
                      }
                      String sql = "DELETE FROM tollgate.enterprise_connection WHERE id = $1";
                      change.execute(sql, Tuple.of(id));
                      return Changed.deleted(
                          change, origin, "enterprise_connection.delete", before);
                    }));
  }
}
