package io.tollgate.quota;

import io.tollgate.plan.Period;
import io.tollgate.store.AllowanceCall;
import io.tollgate.store.AllowanceTerms;
import io.tollgate.store.TestPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The allowances of a real Postgres, asked one call after the other by a single thread. */
final class AllowancesInPostgres implements AutoCloseable {
  private final TestPostgres postgres = TestPostgres.database();
  private final Connection connection;

  /** What a batch tells of one key or subject. */
  record Used(String owner, String version, long forwarded, long completed) {}

  AllowancesInPostgres() {
    try {
      connection = postgres.connect();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  Optional<AllowanceCall.Leased> lease(UUID instance, long boot, AllowanceCall call) {
    AllowanceTerms terms = call.terms();
    String sql = "SELECT * FROM tollgate.lease(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, instance);
      statement.setLong(2, boot);
      statement.setString(3, call.owner());
      statement.setString(4, terms.name());
      statement.setTimestamp(5, new Timestamp(call.startMillis()));
      statement.setString(6, terms.version());
      statement.setString(7, terms.meter().text());
      statement.setString(8, text(terms.period()));
      if (terms.period() == null) {
        statement.setNull(9, Types.BIGINT);
      } else {
        statement.setLong(9, terms.units());
      }
      statement.setBoolean(10, terms.hard());
      statement.setLong(11, terms.refill());
      statement.setString(12, text(terms.refillPeriod()));
      statement.setLong(13, call.number());
      statement.setLong(14, call.known());
      statement.setLong(15, call.wanted());
      statement.setLong(16, call.needed());
      try (var rows = statement.executeQuery()) {
        return rows.next()
            ? Optional.of(
                new AllowanceCall.Leased(
                    rows.getLong("units"),
                    rows.getLong("more"),
                    rows.getLong("unsettled"),
                    rows.getLong("remaining")))
            : Optional.empty();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable String text(@Nullable Period period) {
    return period == null ? null : period.text();
  }

  void settle(UUID instance, long boot, long minuteMillis, List<Used> used) {
    String sql = "SELECT tollgate.settle(?, ?, ?, ?, ?, ?, ?)";
    int rows = used.size();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, array("uuid", Collections.nCopies(rows, instance).toArray()));
      statement.setArray(2, array("bigint", Collections.nCopies(rows, boot).toArray()));
      Long minute = minuteMillis / 60_000;
      statement.setArray(3, array("bigint", Collections.nCopies(rows, minute).toArray()));
      statement.setArray(4, array("text", used.stream().map(Used::owner).toArray()));
      statement.setArray(5, array("text", used.stream().map(Used::version).toArray()));
      statement.setArray(6, array("bigint", used.stream().map(Used::forwarded).toArray()));
      statement.setArray(7, array("bigint", used.stream().map(Used::completed).toArray()));
      statement.execute();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private java.sql.Array array(String type, Object[] values) throws SQLException {
    return connection.createArrayOf(type, values);
  }

  void beginBoot(UUID instance, long boot) {
    execute(
        "INSERT INTO tollgate.meter_boot (instance, boot, gateway) VALUES ('%s', %d, 'g')"
            .formatted(instance, boot));
  }

  void endBoot(UUID instance, long boot) {
    execute("SELECT tollgate.end_boot('%s', %d, 'g', 0)".formatted(instance, boot));
  }

  void credit(String owner, long units) {
    execute(
        """
        INSERT INTO tollgate.allowance (owner, name, period_start, granted)
        VALUES ('%s', 'credits', to_timestamp(0), %d)
        """
            .formatted(owner, units));
  }

  void execute(String sql) {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  long number(String sql) {
    return Long.parseLong(text(sql));
  }

  String text(String sql) {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return String.valueOf(rows.getString(1));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    postgres.close();
  }
}
