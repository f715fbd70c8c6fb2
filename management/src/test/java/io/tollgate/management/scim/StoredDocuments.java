package io.tollgate.management.scim;

import io.tollgate.store.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Documents in a database of a real Postgres, as a directory keeps them. */
final class StoredDocuments implements AutoCloseable {
  static final String DIRECTORY = "scimdir_" + "0".repeat(27);
  private static final String CONNECTION = "entconn_" + "0".repeat(27);

  private final TestPostgres postgres = TestPostgres.database();
  private final Vertx vertx = Vertx.vertx();
  private final Pool pool = postgres.config().pool(vertx, 2, 1);

  StoredDocuments() {
    postgres.execute(
        """
        INSERT INTO tollgate.enterprise_connection (id, name, provider, domains)
        VALUES ('%1$s', 'c', 'saml_okta', '{example.com}');
        INSERT INTO tollgate.directory (id, connection_id, name, provider)
        VALUES ('%2$s', '%1$s', 'd', 'okta');
        """
            .formatted(CONNECTION, DIRECTORY));
  }

  private static <T> T wait(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  void addUser(String id, int number, ScimDocument user, OffsetDateTime created) {
    String userId = "user_" + "%027d".formatted(number);
    wait(
        pool.preparedQuery("INSERT INTO tollgate.app_user (id, directory_id) VALUES ($1, $2)")
            .execute(Tuple.of(userId, DIRECTORY)));
    wait(
        pool.preparedQuery(
                """
                INSERT INTO tollgate.scim_user (directory_id, id, user_id, user_name, user_name_key,
                  external_id, active, document, created_at, updated_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb, $9, $9)
                """)
            .execute(
                Tuple.from(
                    new Object[] {
                      DIRECTORY,
                      id,
                      userId,
                      user.userName(),
                      user.userNameKey(),
                      user.externalId(),
                      user.active(),
                      ScimJson.text(user.json()),
                      created
                    })));
    List<Tuple> rows = new ArrayList<>();
    for (ValueRow row : user.valueRows()) {
      rows.add(
          Tuple.from(
              new Object[] {
                DIRECTORY,
                id,
                row.attribute(),
                row.place(),
                row.typeKey(),
                row.value(),
                row.valueKey(),
                row.primary()
              }));
    }
    wait(
        pool.preparedQuery(
                "INSERT INTO tollgate.scim_user_value VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
            .executeBatch(rows));
  }

  void addGroup(String id, ScimDocument group, OffsetDateTime created) {
    wait(
        pool.preparedQuery(
                """
                INSERT INTO tollgate.scim_group (directory_id, id, display_name, display_name_key,
                  external_id, document, created_at, updated_at)
                VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7, $7)
                """)
            .execute(
                Tuple.from(
                    new Object[] {
                      DIRECTORY,
                      id,
                      group.displayName(),
                      group.displayNameKey(),
                      group.externalId(),
                      ScimJson.text(group.json()),
                      created
                    })));
    for (String member : group.members().ids()) {
      wait(
          pool.preparedQuery("INSERT INTO tollgate.scim_group_member VALUES ($1, $2, $3, now())")
              .execute(Tuple.of(DIRECTORY, id, member)));
    }
    for (String member : group.members().groups()) {
      wait(
          pool.preparedQuery("INSERT INTO tollgate.scim_group_group VALUES ($1, $2, $3, now())")
              .execute(Tuple.of(DIRECTORY, id, member)));
    }
  }

  /** Returns the ids of the users that a condition holds of. */
  List<String> users(String filter) {
    return found(filter, null, null, ResourceKind.USER);
  }

  List<String> groups(String filter) {
    return found(filter, null, null, ResourceKind.GROUP);
  }

  List<String> found(
      String filter, @Nullable String sortBy, @Nullable String order, ResourceKind kind) {
    SqlCondition condition = FilterSql.of(Filters.parse(filter, kind), kind, 2);
    SqlCondition sort =
        SortSql.of(sortBy, order, kind, Vocabulary.STANDARD, 2 + condition.parameters().size());
    String from = kind == ResourceKind.USER ? "tollgate.scim_user u" : "tollgate.scim_group g";
    String alias = from.substring(from.length() - 1);
    List<Object> parameters = new ArrayList<>(List.of(DIRECTORY));
    parameters.addAll(condition.parameters());
    parameters.addAll(sort.parameters());
    String sql =
        "SELECT %1$s.id FROM %2$s WHERE %1$s.directory_id = $1 AND (%3$s) ORDER BY %4$s"
            .formatted(alias, from, condition.text(), sort.text());
    List<String> ids = new ArrayList<>();
    for (Row row : wait(pool.preparedQuery(sql).execute(Tuple.from(parameters)))) {
      ids.add(row.getString(0));
    }
    return ids;
  }

  TestPostgres postgres() {
    return postgres;
  }

  @Override
  public void close() {
    wait(pool.close());
    wait(vertx.close());
    postgres.close();
  }
}
