package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.name;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An organization with a directory keeps one who can run it when its identity provider can't. */
class LocalOwnerTest {
  private static final int ROUNDS = 15;

  private static Sync.Stores stores;
  private static ExecutorService threads;

  private Sync sync;

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
    threads = Executors.newFixedThreadPool(2);
  }

  @AfterAll
  static void stop() {
    threads.close();
    stores.close();
  }

  @BeforeEach
  void found() {
    sync = stores.sync();
    String owner =
        stores.postgres.query(
            "SELECT user_id FROM tollgate.membership WHERE organization_id = '"
                + sync.organizationId
                + "'");
    another(sync);
    sync.management.delete("/users/" + owner).ok();
  }

  /**
   * An owner whom nobody manages yet, with an address by which a directory may take him over, and a
   * key of the organization that he has made: something of his role outlives him by it.
   */
  private static String another(Sync sync) {
    String id = name();
    JsonObject user =
        sync.management
            .post(
                "/users",
                new JsonObject()
                    .put("first_name", id)
                    .put("email_address", new JsonArray().add(id + "@" + sync.domain)))
            .ok();
    sync.management
        .post(
            "/organizations/" + sync.organizationId + "/memberships",
            new JsonObject().put("user_id", user.getString("id")).put("role", "org:admin"))
        .ok();
    sync.management.created(
        new JsonObject()
            .put("subject", sync.organizationId)
            .put("created_by", user.getString("id"))
            .put("name", "a key of " + id));
    return user.getString("id");
  }

  private static String member(Sync sync, String user) {
    return "/organizations/" + sync.organizationId + "/memberships/" + user;
  }

  private static Arguments way(String name, BiFunction<Sync, String, Answer> ending) {
    return Arguments.of(name, ending);
  }

  static Stream<Arguments> ways() {
    return Stream.of(
        way(
            "another role",
            (sync, user) ->
                sync.management.patch(
                    member(sync, user), new JsonObject().put("role", "org:member"))),
        way("the end of a membership", (sync, user) -> sync.management.delete(member(sync, user))),
        way("the end of a user", (sync, user) -> sync.management.delete("/users/" + user)),
        way(
            "the directory that takes him over",
            (sync, user) -> sync.post("/Users", sync.person(first(user)))));
  }

  private static String first(String user) {
    return stores.postgres.query(
        "SELECT first_name FROM tollgate.app_user WHERE id = '" + user + "'");
  }

  private static List<String> owners(Sync sync) {
    String owners =
        stores.postgres.query(
            """
            SELECT string_agg(u.id, ' ') FROM tollgate.membership m
            JOIN tollgate.app_user u ON u.id = m.user_id
            WHERE m.organization_id = '%s' AND u.directory_id IS NULL
              AND m.role_id LIKE '%%admin'
            """
                .formatted(sync.organizationId));
    return List.of(owners.split(" "));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  void of_two_who_are_taken_away_at_once_one_stays(
      String name, BiFunction<Sync, String, Answer> ending) {
    for (int round = 0; round < ROUNDS; round++) {
      another(sync);
      List<String> owners = owners(sync);
      assertThat(owners).hasSize(2);
      var both = new CyclicBarrier(2);
      List<CompletableFuture<Answer>> answers =
          owners.stream()
              .map(
                  owner ->
                      CompletableFuture.supplyAsync(
                          () -> {
                            meet(both);
                            return ending.apply(sync, owner);
                          },
                          threads))
              .toList();
      List<Integer> statuses = answers.stream().map(answer -> answer.join().status()).toList();
      assertThat(statuses).as("round " + round).containsOnlyOnce(409);
      assertThat(owners(sync)).hasSize(1);
    }
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }
}
