package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.MEMBER;
import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.list;
import static io.tollgate.management.connection.Firm.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.management.TestManagement.Answer;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.wire.ApiError;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How a change is carried over to very many: some at a time, and those first who lose by it. */
class RecomputeTest {
  private static final int REPEATS_MAX = 20;

  /** Few enough that even a slow machine carries them over within one change's time. */
  private static final int FEW = 600;

  private static Firm firm;

  private JsonObject organization = new JsonObject();
  private JsonObject directory = new JsonObject();
  private JsonObject connection = new JsonObject();

  @BeforeAll
  static void start() {
    firm = new Firm();
  }

  @AfterAll
  static void stop() {
    firm.close();
  }

  private void found() {
    organization = firm.organization();
    connection = firm.connection(organization);
    directory = firm.directory(connection);
  }

  /** Makes as many users at once, all in the group, with the role and records to fit. */
  private void crowd(String group, String role, String mappedBy, int from, int to) {
    firm.postgres.execute(
        """
        WITH users AS (
          INSERT INTO tollgate.app_user (id, directory_id)
          SELECT 'user_' || lpad('%6$s_' || lpad(i::text, 6, '0'), 27, 'c'), '%1$s'
          FROM generate_series(%4$d, %5$d) i RETURNING id
        ), told AS (
          INSERT INTO tollgate.scim_user (
            directory_id, id, user_id, user_name, user_name_key, active, document)
          SELECT '%1$s', 'p_' || id, id, id, id, true, '{"title":"Dr"}' FROM users
        ), joined AS (
          INSERT INTO tollgate.membership (
            id, organization_id, user_id, role_set_id, role_id, mapped_by)
          SELECT 'orgmem_' || right(u.id, 27), o.id, u.id, o.role_set_id, '%3$s', '%7$s'
          FROM users u, tollgate.organization o WHERE o.id = '%8$s'
        )
        INSERT INTO tollgate.record (name, address, body)
        SELECT 'subject:' || id, tollgate.address('subject:' || id),
          '{"version":2,"kind":"subject","revoked_before":0,"enabled":true,'
            || '"roles":{"%8$s":"%3$s"}}'
        FROM users
        """
            .formatted(
                id(directory), group, role, from, to, Firm.name("n"), mappedBy, id(organization)));
    firm.postgres.execute(
        """
        INSERT INTO tollgate.scim_group_member (directory_id, group_id, scim_user_id)
        SELECT directory_id, '%2$s', id FROM tollgate.scim_user WHERE directory_id = '%1$s'
        ON CONFLICT DO NOTHING
        """
            .formatted(id(directory), group));
  }

  private long with(String role) {
    return Long.parseLong(
        firm.postgres.query(
            """
            SELECT count(*) FROM tollgate.membership m JOIN tollgate.record r
              ON r.name = 'subject:' || m.user_id
              AND r.body::json -> 'roles' ->> m.organization_id = m.role_id
            WHERE m.organization_id = '%s' AND m.role_id = '%s'
            """
                .formatted(id(organization), role)));
  }

  private boolean isRecomputing() {
    return firm.management.get(path(directory)).ok().getBoolean("recomputing");
  }

  /**
   * Beside the service's own worker, which may be faster: they leave to each other what is begun.
   */
  private static void carry() {
    var recompute = new Recompute(firm.transactions, firm.roles, new MappedAttributes());
    boolean isMore = true;
    while (isMore) {
      isMore = recompute.step();
    }
  }

  /** Asks again where one call is too short for a slow machine, as those who call do. */
  private static Answer repeated(Supplier<Answer> call) {
    Answer answer = call.get();
    for (int i = 0; i < REPEATS_MAX && answer.status() == 503; i++) {
      answer = call.get();
    }
    return answer;
  }

  private void await() {
    while (isRecomputing()) {
      carry();
    }
  }

  @Test
  void a_list_is_carried_over_to_thousands_by_the_change_itself() {
    found();
    JsonObject role = firm.role("org:sys_billing:read");
    String group = firm.group(directory);
    crowd(group, MEMBER, "default", 1, 2_000);
    firm.management.put(path(directory) + "/group_role_mappings", list(group, role)).ok();
    assertThat(with(id(role))).isEqualTo(2_000);
    assertThat(isRecomputing()).isFalse();
  }

  @Test
  void to_more_than_five_thousand_it_is_carried_over_later_with_lines_of_the_audit() {
    found();
    JsonObject role = firm.role("org:sys_billing:read");
    String group = firm.group(directory);
    crowd(group, MEMBER, "default", 1, RoleResolution.AT_ONCE_MAX + 1);
    repeated(() -> firm.management.put(mappings(), list(group, role))).ok();
    await();
    assertThat(with(id(role))).isEqualTo(RoleResolution.AT_ONCE_MAX + 1);
    assertThat(firm.actions(id(directory))).contains("directory.resolve");
  }

  /** Makes more than a change tells, who all have by the list what the default role lacks. */
  private JsonObject crowdOfManagers() {
    return crowdOfManagers(RoleResolution.AT_ONCE_MAX + 1);
  }

  private JsonObject crowdOfManagers(int count) {
    found();
    JsonObject role = firm.role("org:sys_domains:manage");
    String group = firm.group(directory);
    firm.management.put(mappings(), list(group, role)).ok();
    String mapping =
        firm.postgres.query(
            "SELECT id FROM tollgate.group_role_mapping WHERE group_id = '" + group + "'");
    crowd(group, id(role), mapping, 1, count);
    return role;
  }

  private String mappings() {
    return path(directory) + "/group_role_mappings";
  }

  @Test
  void whoever_loses_by_a_list_has_lost_it_when_that_is_answered() {
    JsonObject role = crowdOfManagers();
    repeated(() -> firm.management.put(mappings(), list())).ok();
    assertThat(with(id(role))).isZero();
  }

  @Test
  void whoever_loses_by_a_mapping_that_goes_has_lost_it_when_that_is_answered() {
    JsonObject role = crowdOfManagers();
    JsonObject mapping = firm.management.get(mappings()).ok().getJsonArray("data").getJsonObject(0);
    Answer answer = repeated(() -> firm.management.delete(mappings() + "/" + id(mapping)));
    // Where it was answered too late at first, it is not there any more.
    assertThat(answer.status()).as(answer.body()).isIn(200, 404);
    assertThat(with(id(role))).isZero();
    firm.management.delete(mappings() + "/" + id(mapping)).assertRefused(404, "resource_not_found");
  }

  @Test
  void whoever_loses_when_groups_tell_no_more_has_lost_it_when_that_is_answered() {
    JsonObject role = crowdOfManagers();
    firm.postgres.execute(
        "UPDATE tollgate.membership SET manual_role_id = '%s' WHERE role_id = '%s'"
            .formatted(MEMBER, id(role)));
    var untold = new JsonObject().put("group_role_mapping_enabled", false);
    repeated(() -> firm.management.patch(path(directory), untold)).ok();
    assertThat(with(id(role))).isZero();
  }

  /** Lets nobody but the caller go on with the directory while it works. */
  private void withoutWorker(Runnable work) {
    firm.change(
        change -> {
          assertThat(DirectoryQueue.isFirstWorker(change, id(directory))).isTrue();
          work.run();
          return change;
        });
  }

  private MappingRegistry mappings(Duration within) {
    var few = new RoleResolution(new SecureRandom(), FEW);
    var recompute = new Recompute(firm.transactions, few, new MappedAttributes());
    var demotions = new Demotions(firm.transactions, recompute, within);
    return new MappingRegistry(firm.transactions, recompute, demotions, new SecureRandom());
  }

  @Test
  void where_it_takes_too_long_the_caller_is_told_to_come_again_and_does_not_begin_anew() {
    JsonObject role = crowdOfManagers(FEW + 1);
    var place = new MappingRegistry.Place(id(directory), null, new Origin("admin", "req_1"));
    withoutWorker(
        () -> {
          assertThatThrownBy(() -> mappings(Duration.ZERO).replace(place, List.of()))
              .isInstanceOfSatisfying(
                  ApiError.class,
                  pending -> {
                    assertThat(pending.status()).isEqualTo(503);
                    assertThat(pending.toJson().encode()).contains("revocation_pending");
                    assertThat(pending.retryAfterSeconds()).isPositive();
                  });
          assertThat(with(id(role))).isPositive();
          step();
          assertThatThrownBy(() -> mappings(Duration.ZERO).replace(place, List.of()))
              .isInstanceOf(ApiError.class);
          assertThat(
                  firm.postgres.query(
                      "SELECT recomputed_to LIKE 'demotions:user%' FROM tollgate.directory"
                          + " WHERE id = '%s'".formatted(id(directory))))
              .isEqualTo("t");
          mappings(Duration.ofSeconds(60)).replace(place, List.of());
          assertThat(with(id(role))).isZero();
        });
  }

  private void step() {
    new Recompute(firm.transactions, firm.roles, new MappedAttributes()).step(id(directory));
  }

  @Test
  void two_who_write_into_a_directory_at_once_and_move_too_many_do_not_wait_for_each_other() {
    found();
    var few = new RoleResolution(new SecureRandom(), 1);
    List<String> users = List.of(firm.member(directory), firm.member(directory));
    var both = new CyclicBarrier(2);
    try (var threads = Executors.newFixedThreadPool(2)) {
      Supplier<Change> moving =
          () ->
              firm.change(
                  change -> {
                    few.hold(change, id(directory));
                    meet(both);
                    few.apply(change, id(directory), users);
                    return change;
                  });
      List<CompletableFuture<Change>> changes =
          Stream.of(moving, moving)
              .map(each -> CompletableFuture.supplyAsync(each, threads))
              .toList();
      changes.forEach(CompletableFuture::join);
    }
    await();
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void a_definition_fills_thousands_later() {
    found();
    crowd(firm.group(directory), MEMBER, "default", 1, Recompute.USERS_AT_ONCE + 100);
    JsonObject attribute =
        new JsonObject().put("name", "Title").put("key", "title").put("scim_path", "title");
    JsonObject change = new JsonObject().put("custom_attributes", new JsonArray().add(attribute));
    firm.management.patch(Firm.CONNECTIONS + "/" + id(connection), change).ok();
    await();
    assertThat(
            firm.postgres.query(
                "SELECT count(*) FROM tollgate.app_user WHERE directory_id = '%s'"
                        .formatted(id(directory))
                    + " AND public_metadata ->> 'title' = 'Dr'"))
        .isEqualTo(Integer.toString(Recompute.USERS_AT_ONCE + 100));
  }

  private void define(String key) {
    JsonObject attribute =
        new JsonObject().put("name", "Title").put("key", key).put("scim_path", "title");
    JsonObject change = new JsonObject().put("custom_attributes", new JsonArray().add(attribute));
    firm.management.patch(Firm.CONNECTIONS + "/" + id(connection), change).ok();
    await();
  }

  private String having(String key) {
    return firm.postgres.query(
        """
        SELECT count(*) FROM tollgate.app_user
        WHERE directory_id = '%s' AND public_metadata ->> '%s' = 'Dr'
        """
            .formatted(id(directory), key));
  }

  @Test
  void a_key_that_becomes_another_one_goes_from_thousands_later() {
    found();
    int many = Recompute.USERS_AT_ONCE + 100;
    crowd(firm.group(directory), MEMBER, "default", 1, many);
    define("title");
    assertThat(having("title")).isEqualTo(Integer.toString(many));
    define("rank");
    assertThat(having("rank")).isEqualTo(Integer.toString(many));
    assertThat(having("title")).isEqualTo("0");
    assertThat(
            firm.postgres.query(
                "SELECT dropped_keys::text FROM tollgate.directory WHERE id = '%s'"
                    .formatted(id(directory))))
        .isEqualTo("{}");
  }

  @Test
  void those_who_lose_something_come_before_those_who_win() {
    found();
    JsonObject mighty = firm.role("org:sys_domains:manage");
    crowd(firm.group(directory), MEMBER, "default", 1, 3);
    String loser = firm.member(directory);
    firm.postgres.execute(
        """
        UPDATE tollgate.membership SET role_id = '%1$s' WHERE user_id = '%2$s';
        UPDATE tollgate.record SET body = replace(body, '%3$s', '%1$s')
        WHERE name = 'subject:%2$s'
        """
            .formatted(id(mighty), loser, MEMBER));
    firm.change(
        change ->
            assertThat(
                    firm.roles.losing(
                        change,
                        id(directory),
                        List.of(
                            loser,
                            firm.postgres.query(
                                "SELECT max(id) FROM tollgate.app_user WHERE id LIKE 'user_c%'"))))
                .containsExactly(loser));
  }
}
