package io.tollgate.management.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.management.scim.ScimError;
import io.tollgate.store.Awaiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private static final int ENOUGH = 100;
  private static final Duration LONG = Duration.ofMinutes(1);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<CompletableFuture<?>> all = new ArrayList<>();

  /** Who has been let in, in this order. */
  private final List<String> in = new CopyOnWriteArrayList<>();

  /** By whose they are, one for each who may end his work. */
  private final Map<String, Semaphore> go = new ConcurrentHashMap<>();

  @AfterEach
  void end() {
    go.values().forEach(each -> each.release(10_000));
    threads.close();
    // Nobody was lost on the way, and nobody failed.
    assertThat(all).allSatisfy(one -> assertThat(one.join()).isNotNull());
  }

  private Semaphore go(String whose) {
    return go.computeIfAbsent(whose, absent -> new Semaphore(0));
  }

  private void send(Turns turns, String whose) {
    go(whose);
    all.add(
        CompletableFuture.supplyAsync(
            () ->
                turns.take(
                    whose,
                    () -> {
                      in.add(whose);
                      go(whose).acquireUninterruptibly();
                      return whose;
                    }),
            threads));
  }

  private void sendUntilAtWork(Turns turns, String whose, int count) {
    int before = in.size();
    for (int i = 0; i < count; i++) {
      send(turns, whose);
    }
    Awaiting.until("they are at work", () -> in.size() == before + count);
  }

  private void sendUntilWaiting(Turns turns, String whose, int count) {
    for (int i = 0; i < count; i++) {
      send(turns, whose);
    }
    Awaiting.until("they wait", () -> turns.waiting(whose) == count);
  }

  /** Lets one of these end, and returns who has come in for him. */
  private String afterOneOf(String whose) {
    int before = in.size();
    go(whose).release();
    Awaiting.until("another one is let in", () -> in.size() == before + 1);
    return in.getLast();
  }

  private static void assertSentAway(Turns turns, String whose) {
    assertThatThrownBy(() -> turns.take(whose, () -> "never"))
        .isInstanceOfSatisfying(
            ScimError.class,
            refused -> {
              assertThat(refused.status()).isEqualTo(429);
              assertThat(refused.retryAfterSeconds()).isPositive();
            });
  }

  @Test
  void eight_of_a_directory_are_at_work_at_once_some_wait_and_more_are_sent_away() {
    var turns = new Turns(ENOUGH, LONG);
    sendUntilAtWork(turns, "one", 8);
    sendUntilWaiting(turns, "one", Turns.WAITING_MAX);
    assertSentAway(turns, "one");
    // Another directory does not mind.
    assertThat(turns.take("other", () -> "at once")).isEqualTo("at once");
    assertThat(in).hasSize(8);
  }

  @Test
  void of_all_directories_together_no_more_are_at_work_than_there_are_places() {
    var turns = new Turns(4, LONG);
    for (String whose : List.of("a", "b", "c", "d")) {
      sendUntilAtWork(turns, whose, 1);
    }
    sendUntilWaiting(turns, "e", 2);
    sendUntilWaiting(turns, "a", 1);
    assertThat(in).containsExactly("a", "b", "c", "d");
    assertThat(afterOneOf("b")).isEqualTo("e");
  }

  @Test
  void the_last_place_is_never_that_of_a_directory_which_has_all_others() {
    var turns = new Turns(4, LONG);
    sendUntilAtWork(turns, "busy", 3);
    sendUntilWaiting(turns, "busy", 10);
    assertThat(turns.take("quiet", () -> "at once")).isEqualTo("at once");
  }

  @Test
  void a_free_place_goes_to_whoever_has_the_fewest_at_work() {
    var turns = new Turns(4, LONG);
    sendUntilAtWork(turns, "busy", 3);
    sendUntilWaiting(turns, "busy", 10);
    sendUntilAtWork(turns, "quiet", 1);
    sendUntilWaiting(turns, "quiet", 2);
    sendUntilWaiting(turns, "late", 2);
    assertThat(afterOneOf("busy")).isEqualTo("late");
    assertThat(afterOneOf("quiet")).isEqualTo("quiet");
    assertThat(afterOneOf("late")).isEqualTo("late");
    // Where they are even it goes by who was let in first.
    assertThat(afterOneOf("busy")).isEqualTo("busy");
  }

  @Test
  void one_that_fills_its_own_line_does_not_fill_that_of_others() {
    var turns = new Turns(1, LONG);
    sendUntilAtWork(turns, "busy", 1);
    sendUntilWaiting(turns, "busy", Turns.WAITING_MAX);
    assertSentAway(turns, "busy");
    sendUntilWaiting(turns, "quiet", 1);
    assertThat(afterOneOf("busy")).isEqualTo("quiet");
    assertThat(afterOneOf("quiet")).isEqualTo("busy");
  }

  @Test
  void who_waits_for_a_proof_leaves_the_place_to_others_but_counts_among_its_own() {
    var turns = new Turns(2, LONG);
    var proof = new Semaphore(0);
    all.add(
        CompletableFuture.supplyAsync(
            () ->
                turns.take(
                    "proving",
                    () -> {
                      turns.aside(proof::acquireUninterruptibly);
                      return "proven";
                    }),
            threads));
    sendUntilAtWork(turns, "quiet", 1);
    sendUntilAtWork(turns, "late", 1);
    sendUntilWaiting(turns, "proving", 1);
    sendUntilWaiting(turns, "fourth", 1);
    assertThat(afterOneOf("late")).isEqualTo("fourth");
    proof.release();
    assertThat(all.getFirst().join()).isEqualTo("proven");
  }

  @Test
  void no_more_wait_in_all_than_there_may() {
    var turns = new Turns(1, LONG);
    sendUntilAtWork(turns, "busy", 1);
    for (int i = 0; i < Turns.WAITING_IN_ALL_MAX / Turns.WAITING_MAX; i++) {
      sendUntilWaiting(turns, "crowd " + i, Turns.WAITING_MAX);
    }
    assertSentAway(turns, "last");
  }

  @Test
  void who_has_waited_too_long_is_sent_away_and_takes_nobody_s_place() {
    var turns = new Turns(1, Duration.ofMillis(20));
    sendUntilAtWork(turns, "busy", 1);
    assertSentAway(turns, "patient");
    assertThat(turns.waiting("patient")).isZero();
    go("busy").release();
    Awaiting.until("it is free", () -> all.getFirst().isDone());
    assertThat(turns.take("patient", () -> "free")).isEqualTo("free");
  }

  @Test
  void work_that_fails_gives_its_turn_back() {
    var turns = new Turns(1, LONG);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(
              () ->
                  turns.take(
                      "one",
                      () -> {
                        throw new IllegalStateException("failed");
                      }))
          .hasMessage("failed");
    }
    assertThat(turns.take("one", () -> "free")).isEqualTo("free");
  }
}
