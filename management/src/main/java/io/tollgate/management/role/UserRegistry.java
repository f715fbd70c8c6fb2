package io.tollgate.management.role;

import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.store.SubjectRecord;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The users in Postgres. Safe for all virtual threads. */
final class UserRegistry {
  static final String PREFIX = "user_";

  private static final Shelf SHELF = Shelves.USERS;

  private static final String INSERT =
      """
      INSERT INTO tollgate.app_user (
        id, external_id, username, first_name, last_name, email_addresses)
      VALUES ($1, $2, $3, $4, $5, $6)
      """;

  private final Transactions transactions;
  private final RandomGenerator random;

  /** A user who is wanted, in whom all is right. */
  record Wanted(
      @Nullable String externalId,
      @Nullable String username,
      @Nullable String firstName,
      @Nullable String lastName,
      List<String> emailAddresses) {}

  UserRegistry(Transactions transactions, RandomGenerator random) {
    this.transactions = transactions;
    this.random = random;
  }

  Changed insert(Wanted wanted, Origin origin) {
    String id = WordId.make(PREFIX, random);
    Tuple parameters =
        Tuple.of(id, wanted.externalId, wanted.username, wanted.firstName, wanted.lastName)
            .addArrayOfString(wanted.emailAddresses.toArray(String[]::new));
    return transactions.change(
        change -> {
          change.execute(INSERT, parameters);
          JsonObject after = SHELF.get(change::execute, id);
          return Changed.created(change, origin, "user.create", after);
        });
  }

  long count(String query) {
    var none = new Page(query, "created_at", false, 1, 0);
    return SHELF.list(transactions::read, none).getLong("total_count");
  }

  /** Ends all that a user has, his keys first of all. Empty where there is no such user. */
  Optional<Changed> delete(String id, Origin origin) {
    return transactions.change(
        change -> {
          if (SHELF.find(change::execute, "id", id).isEmpty()) {
            return Optional.empty();
          }
          SubjectRecord record = MemberRoles.lock(change, id);
          return SHELF
              .find(change::execute, "id", id)
              .map(
                  before -> {
                    MemberRoles.end(change, id, record);
                    change.execute(
                        "DELETE FROM tollgate.membership WHERE user_id = $1", Tuple.of(id));
                    change.execute("DELETE FROM tollgate.app_user WHERE id = $1", Tuple.of(id));
                    return Changed.deleted(change, origin, "user.delete", before);
                  });
        });
  }
}
