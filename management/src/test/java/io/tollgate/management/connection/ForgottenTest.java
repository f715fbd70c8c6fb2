package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.name;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.role.DepartedUsers;
import io.tollgate.management.role.DirectoryUsers;
import io.tollgate.store.Awaiting;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who somebody was whom his directory has deleted, until it is forgotten. */
class ForgottenTest {
  private static final Duration RETENTION = Duration.ofDays(30);
  private static final Origin SYNC = new Origin("directory", "req_1");

  private static Firm firm;

  private JsonObject organization;
  private JsonObject connection;
  private JsonObject directory;
  private Instant now = Instant.now();
  private final LogErasure erasure = new LogErasure();

  @BeforeAll
  static void start() {
    firm = new Firm();
  }

  @AfterAll
  static void stop() {
    firm.close();
  }

  @BeforeEach
  void found() {
    organization = firm.organization();
    connection = firm.connection(organization);
    directory = firm.directory(connection);
  }

  private DepartedUsers departed(Duration retention) {
    return new DepartedUsers(firm.transactions, retention, () -> now);
  }

  private boolean clear() {
    return clear(RETENTION);
  }

  private boolean clear(Duration retention) {
    return departed(retention).clear(erasure);
  }

  /** Forgets somebody who is due, where need be after the service's own worker has had its turn. */
  private void forget(String user, Duration retention) {
    Awaiting.until(
        "he is forgotten",
        () -> {
          clear(retention);
          return shown(user).getValue("first_name") == null;
        });
  }

  private void forget(String user) {
    forget(user, RETENTION);
  }

  /** Makes a member of the organization of whom all is known that may be. */
  private String person(String start) {
    JsonObject user =
        firm.management
            .post(
                "/users",
                new JsonObject()
                    .put("first_name", "Ada")
                    .put("last_name", "Lovelace")
                    .put("username", start)
                    .put("external_id", start + " elsewhere")
                    .put("email_address", new JsonArray().add(start + "@example.com"))
                    .put("public_metadata", new JsonObject().put("title", "Countess"))
                    .put("unsafe_metadata", new JsonObject().put("nick", "Countess"))
                    .put(
                        "private_metadata",
                        new JsonObject()
                            .put("note", "Countess")
                            .put("stripe_customer_id", "cus_" + start)))
            .ok();
    firm.adopt(directory, id(user), new JsonObject().put("title", "Countess"));
    firm.join(directory, id(user));
    return id(user);
  }

  private void depart(String user, String... names) {
    firm.change(
        change -> {
          List<AuditEntry> lines =
              new ArrayList<>(DirectoryUsers.depart(change, SYNC, user, List.of(names)));
          lines.add(SYNC.entry("user.depart", user, null, null));
          return change.record(lines);
        });
    firm.postgres.execute("DELETE FROM tollgate.scim_user WHERE user_id = '" + user + "'");
  }

  private JsonObject shown(String user) {
    return firm.management.get("/users/" + user).ok();
  }

  private String departedAt(String user) {
    return firm.postgres.query(
        "SELECT departed_at::text FROM tollgate.app_user WHERE id = '" + user + "'");
  }

  @Test
  void stays_for_the_retention_and_goes_after_it() {
    String start = name("ada");
    String user = person(start);
    firm.management
        .patch(
            "/organizations/" + id(organization) + "/memberships/" + user + "/metadata",
            new JsonObject().put("public_metadata", new JsonObject().put("desk", "Countess")))
        .ok();
    depart(user);
    now = Instant.now().plus(RETENTION).minusSeconds(60);
    clear();
    assertThat(shown(user).getString("first_name")).isEqualTo("Ada");
    String at = departedAt(user);
    now = Instant.now().plus(RETENTION).plusSeconds(60);
    forget(user);
    JsonObject left = shown(user);
    assertThat(left.encode())
        .doesNotContain("Ada", "Lovelace", "Countess", start + "@", start + " ");
    assertThat(left.getJsonArray("email_addresses")).isEmpty();
    assertThat(left.getBoolean("deprovisioned")).isTrue();
    assertThat(left.getJsonObject("private_metadata"))
        .as("who is billed for what he used")
        .isEqualTo(new JsonObject().put("stripe_customer_id", "cus_" + start));
    assertThat(
            firm.postgres.query(
                "SELECT public_metadata::text || private_metadata::text FROM tollgate.membership"
                    + " WHERE user_id = '"
                    + user
                    + "'"))
        .isEqualTo("{}{}");
    assertThat(departedAt(user)).isEqualTo(at);
    assertThat(firm.actions(user)).endsWith("user.depart", "user.forget");
    clear();
    assertThat(firm.actions(user)).as("once").containsOnlyOnce("user.forget");
  }

  @Test
  void goes_at_once_where_nothing_is_to_be_retained() {
    String user = person(name("ada"));
    depart(user);
    clear(Duration.ZERO);
    now = now.plusSeconds(60);
    forget(user, Duration.ZERO);
  }

  @Test
  void is_forgotten_of_nobody_who_may_come_back() {
    String user = person(name("ada"));
    firm.postgres.execute(
        "UPDATE tollgate.app_user SET active = false, updated_at = now() - interval '10 years'"
            + " WHERE id = '"
            + user
            + "'");
    now = Instant.now().plus(Duration.ofDays(3_650));
    while (clear()) {}
    assertThat(shown(user).getString("first_name")).isEqualTo("Ada");
  }

  @Test
  void is_forgotten_of_some_at_a_time() {
    now = Instant.now().plus(RETENTION).plusSeconds(60);
    while (clear()) {}
    for (int i = 0; i < 25; i++) {
      depart(person(name("ada")));
    }
    Awaiting.until("some are forgotten, and there are more", this::clear);
    assertThat(forgotten()).isBetween(1, 24);
    Awaiting.until("no more are left", () -> !clear() && forgotten() == 25);
  }

  private int forgotten() {
    return Integer.parseInt(
        firm.postgres.query(
            "SELECT count(*) FROM tollgate.app_user WHERE directory_id = '%s'"
                    .formatted(id(directory))
                + " AND cleared_at IS NOT NULL"));
  }

  private void logged(String user, String detail) {
    firm.postgres.execute(
        """
        INSERT INTO tollgate.connection_log (
          connection_id, channel, code, outcome, user_id, detail)
        VALUES ('%s', 'scim', 'scim_ok', 'success', nullif('%s', ''), '%s')
        """
            .formatted(id(connection), user, detail));
  }

  private String log() {
    return firm.postgres.query(
        "SELECT string_agg(detail::text, ' ' ORDER BY id) FROM tollgate.connection_log"
            + " WHERE connection_id = '%s'".formatted(id(connection)));
  }

  @Test
  void goes_from_the_log_of_the_connection_wherever_it_stands() {
    String start = name("ada");
    String user = person(start);
    String other = person(name("eve"));
    logged(user, "{\"body\":{\"title\":\"Countess\"}}");
    logged("", "{\"body\":{\"emails\":[{\"value\":\"%s@EXAMPLE.com\"}]}}".formatted(start));
    logged("", "{\"query\":{\"filter\":\"userName eq \\\"%s\\\"\"}}".formatted("Called-" + start));
    logged("", "{\"path\":\"/Users?filter=%s%%40example.com\"}".formatted(start));
    logged(other, "{\"body\":{\"title\":\"Duchess\"}}");
    logged("", "{\"message\":\"of nobody\"}");
    firm.postgres.execute(
        """
        INSERT INTO tollgate.connection_log (connection_id, channel, code, outcome, detail)
        SELECT '%s', 'scim', 'scim_ok', 'success', '{"more":"lines"}' FROM generate_series(1, %d)
        """
            .formatted(id(connection), LogErasure.READ_AT_ONCE + 1));
    depart(user, "called-" + start, "", "e");
    now = Instant.now().plus(RETENTION).plusSeconds(60);
    forget(user);
    assertThat(log())
        .doesNotContain("Countess", start)
        .contains("Duchess", "of nobody", "somebody who was deleted");
    assertThat(log().split("somebody who was deleted", -1)).hasSize(5);
  }

  @Test
  void goes_from_a_long_log_a_part_at_a_time() {
    String start = name("ada");
    String user = person(start);
    logged("", "{\"message\":\"%s@example.com\"}".formatted(start));
    for (int i = 0; i < 8; i++) {
      logged("", "{\"body\":{\"long\":\"%s\"}}".formatted("x".repeat(64 * 1024)));
    }
    logged("", "{\"message\":\"%s@example.com\"}".formatted(start));
    depart(user);
    now = Instant.now().plus(RETENTION).plusSeconds(60);
    var slow = new LogErasure(Duration.ZERO);
    DepartedUsers departed = departed(RETENTION);
    List<String> amid = new ArrayList<>();
    Awaiting.until(
        "he is forgotten",
        () -> {
          if (departed.clear(slow)) {
            amid.add(shown(user).getString("first_name"));
          }
          return shown(user).getValue("first_name") == null;
        });
    assertThat(amid).as("who he was, as long as there is more").hasSizeGreaterThan(1);
    assertThat(amid).containsOnly("Ada");
    assertThat(log()).doesNotContain(start).contains("xxx");
  }

  @Test
  void goes_where_it_is_a_whole_word_and_nothing_else_does() {
    String user = person(name("ada"));
    logged("", "{\"path\":\"/scim/v2/scim_dir/Users\",\"at\":1}");
    logged(
        "", "{\"body\":{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"]},\"at\":2}");
    logged("", "{\"body\":{\"users\":[],\"title\":\"of users\"},\"at\":3}");
    logged("", "{\"body\":{\"userName\":\"USERS\"},\"at\":4}");
    logged("", "{\"query\":{\"filter\":\"userName eq \\\"users\\\"\"},\"at\":5}");
    logged("", "{\"path\":\"/Users?filter=userName%20eq%20%22users%22\",\"at\":6}");
    depart(user, "users", "User");
    now = Instant.now().plus(RETENTION).plusSeconds(60);
    forget(user);
    assertThat(log())
        .contains("\"at\":1", "\"at\":2", "\"at\":3")
        .doesNotContain("\"at\":4", "\"at\":5", "\"at\":6");
  }

  @Test
  void goes_of_all_others_where_somebody_stands_in_the_way() {
    now = Instant.now().plus(RETENTION).plusSeconds(60);
    while (clear()) {}
    String stuck = person(name("ada"));
    String first = person(name("ada"));
    String second = person(name("ada"));
    depart(stuck);
    depart(first);
    depart(second);
    var inTheWay =
        new DepartedUsers.Elsewhere() {
          @Override
          public boolean forget(Change change, List<DepartedUsers.Forgotten> some) {
            if (some.stream().anyMatch(each -> each.userId().equals(stuck))) {
              throw new IllegalStateException("he stands in the way");
            }
            return true;
          }

          @Override
          public void undone() {}
        };
    DepartedUsers departed = departed(RETENTION);
    Awaiting.until(
        "all others are forgotten",
        () -> {
          try {
            departed.clear(inTheWay);
          } catch (IllegalStateException e) {
            assertThat(e).hasMessage("he stands in the way");
          }
          return shown(first).getValue("first_name") == null
              && shown(second).getValue("first_name") == null;
        });
    assertThat(shown(stuck).getString("first_name")).isEqualTo("Ada");
    forget(stuck);
  }

  @Test
  void is_forgotten_by_one_management_at_a_time() {
    now = Instant.now().plus(RETENTION).plusSeconds(60);
    while (clear()) {}
    String user = person(name("ada"));
    depart(user);
    firm.change(
        change -> {
          String turn = "SELECT pg_advisory_xact_lock(hashtextextended('departed users', 0))";
          change.execute(turn, Tuple.tuple());
          assertThat(clear()).isFalse();
          return change.newest();
        });
    assertThat(shown(user).getString("first_name")).isEqualTo("Ada");
    forget(user);
  }
}
