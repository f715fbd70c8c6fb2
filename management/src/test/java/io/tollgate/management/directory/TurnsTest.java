package io.tollgate.management.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.management.scim.ScimError;
import io.tollgate.store.Awaiting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TurnsTest {
  @Test
  void some_of_a_directory_are_at_work_at_once_some_wait_and_more_are_sent_away() throws Exception {
    var turns = new Turns();
    var go = new CountDownLatch(1);
    var working = new AtomicInteger();
    var most = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<Integer>> all = new ArrayList<>();
      for (int i = 0; i < Turns.AT_ONCE + Turns.WAITING_MAX; i++) {
        int number = i;
        all.add(
            CompletableFuture.supplyAsync(
                () ->
                    turns.take(
                        "one",
                        () -> {
                          most.accumulateAndGet(working.incrementAndGet(), Math::max);
                          await(go);
                          working.decrementAndGet();
                          return number;
                        }),
                threads));
        if (i == Turns.AT_ONCE - 1) {
          Awaiting.until("all are at work", () -> working.get() == Turns.AT_ONCE);
        }
      }
      Awaiting.until("the others wait", () -> turns.waiting("one") == Turns.WAITING_MAX);
      assertThatThrownBy(() -> turns.take("one", () -> "never"))
          .isInstanceOfSatisfying(
              ScimError.class,
              refused -> {
                assertThat(refused.status()).isEqualTo(429);
                assertThat(refused.retryAfterSeconds()).isPositive();
              });
      // Another directory does not mind.
      assertThat(turns.take("other", () -> "at once")).isEqualTo("at once");
      go.countDown();
      for (int i = 0; i < all.size(); i++) {
        assertThat(all.get(i).join()).isEqualTo(i);
      }
      assertThat(most.get()).isEqualTo(Turns.AT_ONCE);
    }
  }

  @Test
  void work_that_fails_gives_its_turn_back() {
    var turns = new Turns();
    for (int i = 0; i < Turns.AT_ONCE + 1; i++) {
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

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
