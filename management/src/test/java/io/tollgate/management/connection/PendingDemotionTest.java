package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.management.TestManagement;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.wire.ApiError;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of those who are to lose something, and have not yet, when their directory ends. */
class PendingDemotionTest {
  private static final Origin ADMIN = new Origin("admin", "req_1");

  private static Firm firm;
  private static JsonObject mighty;

  private JsonObject organization;
  private JsonObject directory;
  private List<String> users;

  @BeforeAll
  static void start() {
    firm = new Firm();
    mighty = firm.role("org:sys_domains:manage");
  }

  @AfterAll
  static void stop() {
    firm.close();
  }

  @BeforeEach
  void found() {
    organization = firm.organization();
    directory = firm.directory(firm.connection(organization));
    String group = firm.group(directory);
    firm.map(directory, group, mighty);
    users = Stream.generate(() -> firm.member(directory)).limit(3).toList();
    users.forEach(user -> firm.enter(directory, group, user));
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

  /** By which one change tells fewer than there are. */
  private static Recompute few() {
    var roles = new RoleResolution(new SecureRandom(), 1);
    return new Recompute(firm.transactions, roles, new MappedAttributes());
  }

  private static Demotions demotions(Duration within) {
    var recompute = new Recompute(firm.transactions, firm.roles, new MappedAttributes());
    return new Demotions(firm.transactions, recompute, within);
  }

  private static DirectoryRegistry directories(Recompute recompute, Demotions demotions) {
    var random = new SecureRandom();
    var tokens = new DirectoryTokens(firm.transactions, TestManagement.PEPPER, random);
    return new DirectoryRegistry(
        firm.transactions, tokens, recompute, demotions, Duration.ZERO, random);
  }

  private static DirectoryRegistry.Patch patch(@Nullable Boolean enabled, @Nullable Boolean maps) {
    return new DirectoryRegistry.Patch(null, enabled, null, null, maps, null);
  }

  private void update(Demotions demotions, DirectoryRegistry.Patch patch) {
    directories(few(), demotions).update(id(directory), patch, ADMIN);
  }

  private void assertPending(ThrowingCallable call, String told) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ApiError.class,
            pending -> assertThat(pending.toJson().encode()).contains("revocation_pending", told));
  }

  /** Takes the role away by a list that moves too many to tell them at once. */
  private void takeAway() {
    var mappings =
        new MappingRegistry(firm.transactions, few(), demotions(Duration.ZERO), new SecureRandom());
    var place = new MappingRegistry.Place(id(directory), null, ADMIN);
    assertPending(() -> mappings.replace(place, List.of()), "Done");
  }

  private static Arguments way(
      String name, BiConsumer<PendingDemotionTest, Demotions> ending, String told) {
    return Arguments.of(name, ending, told);
  }

  static Stream<Arguments> ways() {
    String revoked = "tokens are revoked already";
    return Stream.of(
        way(
            "the mapping that is off",
            (test, demotions) -> test.update(demotions, patch(null, false)),
            "Not done"),
        way(
            "the directory that is off",
            (test, demotions) -> test.update(demotions, patch(false, null)),
            revoked),
        way(
            "the directory that is deleted",
            (test, demotions) ->
                new DirectoryRemoval(firm.transactions, demotions)
                    .delete(id(test.directory), ADMIN),
            revoked));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  void nobody_keeps_what_he_is_to_lose_by(
      String name, BiConsumer<PendingDemotionTest, Demotions> ending, String told) {
    withoutWorker(
        () -> {
          takeAway();
          assertPending(() -> ending.accept(this, demotions(Duration.ZERO)), told);
          JsonObject shown = firm.management.get(path(directory)).ok();
          assertThat(shown.getBoolean("enabled")).isTrue();
          assertThat(shown.getBoolean("group_role_mapping_enabled")).isTrue();
          assertThat(liveTokens()).isEqualTo(told.equals("Not done") ? "1" : "0");
          assertThat(roles()).containsOnly(id(mighty));
          ending.accept(this, demotions(Duration.ofSeconds(60)));
          assertThat(roles()).containsOnly(Firm.MEMBER);
        });
  }

  private String liveTokens() {
    return firm.postgres.query(
        "SELECT count(*) FROM tollgate.directory_token WHERE revoked_at IS NULL"
            + " AND directory_id = '%s'".formatted(id(directory)));
  }

  private List<String> roles() {
    return users.stream().map(user -> firm.roleOf(organization, user)).toList();
  }

  @Test
  void a_change_that_tells_nobody_anything_does_not_wait_for_them() {
    var renamed = new DirectoryRegistry.Patch("Renamed", null, null, null, null, null);
    withoutWorker(
        () -> {
          takeAway();
          update(demotions(Duration.ZERO), renamed);
          assertThat(firm.management.get(path(directory)).ok().getString("name"))
              .isEqualTo("Renamed");
          assertThat(roles()).containsOnly(id(mighty));
        });
  }

  @Test
  void whoever_waits_for_them_and_would_be_shown_a_token_is_told_how_to_get_one() {
    firm.patch(directory, new JsonObject().put("enabled", false));
    withoutWorker(
        () ->
            assertPending(
                () -> update(demotions(Duration.ZERO), patch(true, null)), "rotate_api_key"));
    assertThat(liveTokens()).isEqualTo("1");
  }
}
