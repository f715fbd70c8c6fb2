package io.tollgate.deploy;

import io.tollgate.store.PostgresConfig;
import java.sql.Connection;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Brings the schema to this version's state. Done by {@code migrate} and by {@code dev}, never by a
 * process that serves: several of those start at once.
 */
final class Migration {
  private static final String SCHEMA = "tollgate";
  private static final String LOCATION = "classpath:io/tollgate/store/schema";

  private final PostgresConfig postgres;

  Migration(PostgresConfig postgres) {
    this.postgres = CommandDeadline.of(postgres);
  }

  /** Migrates; the answer is a sentence that says what was done. */
  String run() {
    var address = JdbcAddress.of(postgres.url().reveal(), postgres.connectDeadline());
    reach(address);
    String what = "schema " + SCHEMA + " at " + address;
    try {
      var result =
          Flyway.configure()
              .dataSource(address.url(), address.user(), address.password())
              .locations(LOCATION)
              .schemas(SCHEMA)
              .defaultSchema(SCHEMA)
              .load()
              .migrate();
      return result.migrationsExecuted == 0
          ? what + " is up to date"
          : what + " is now at version " + result.targetSchemaVersion;
    } catch (FlywayException e) {
      throw new StartFault(what + " can't be migrated: " + Sentence.of(e));
    }
  }

  /** Connects once beforehand: the driver's own words say more than the migration's. */
  private static void reach(JdbcAddress address) {
    try (Connection connection = address.connect()) {
      connection.isValid(1);
    } catch (SQLException e) {
      String why = Sentence.of(e) + (e.getCause() == null ? "" : " " + Sentence.of(e.getCause()));
      throw new StartFault("Postgres at " + address + " can't be reached: " + why);
    }
  }
}
