package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.tollgate.attack.Attack;
import io.tollgate.attack.Attacks;
import io.tollgate.attack.Result;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What is known to confuse proxies does not confuse this one: one meaning, judged from both sides.
 *
 * <p>Cases run in {@value #LANES} lanes at once, each before an edge and an upstream of its own;
 * which case runs in which, and after which, is always the same. {@code -Dattack=TEXT} runs those
 * alone whose name holds the text.
 */
class AttackTest {
  private static final int LANES = 3;

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static List<AttackedEdge> edges = List.of();
  private static ExecutorService threads;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    var keys = new StoredKeys(postgres, redis);
    edges = Stream.generate(() -> new AttackedEdge(postgres, redis, keys)).limit(LANES).toList();
    threads = Executors.newFixedThreadPool(LANES);
  }

  @AfterAll
  static void stop() {
    threads.shutdownNow();
    edges.forEach(AttackedEdge::close);
    redis.close();
    postgres.close();
  }

  @Test
  void the_suite_has_at_least_150_cases_and_each_a_name_of_its_own() {
    Attacks.byCategory()
        .forEach(
            (category, attacks) ->
                assertThat(attacks).as(category).extracting(Attack::name).doesNotHaveDuplicates());
    assertThat(Attacks.byCategory().values().stream().flatMap(List::stream))
        .hasSizeGreaterThanOrEqualTo(150);
  }

  /** A case and what will have come of it. */
  private record Run(Attack attack, CompletableFuture<Result> result) {}

  @TestFactory
  Stream<DynamicContainer> attacks() {
    Map<String, List<Run>> runs = chosen();
    deal(runs.values().stream().flatMap(List::stream).toList());
    return runs.entrySet().stream()
        .map(
            category ->
                DynamicContainer.dynamicContainer(
                    category.getKey(), category.getValue().stream().map(AttackTest::test)));
  }

  private static Map<String, List<Run>> chosen() {
    String part = System.getProperty("attack", "");
    Map<String, List<Run>> chosen = new LinkedHashMap<>();
    Attacks.byCategory()
        .forEach(
            (category, attacks) ->
                chosen.put(
                    category,
                    attacks.stream()
                        .filter(attack -> attack.name().contains(part))
                        .map(attack -> new Run(attack, new CompletableFuture<>()))
                        .toList()));
    return chosen;
  }

  /** Deals the cases out to the lanes like cards; they run while the first is waited for. */
  private static void deal(List<Run> runs) {
    for (int lane = 0; lane < LANES; lane++) {
      int first = lane;
      threads.execute(
          () -> {
            for (int next = first; next < runs.size(); next += LANES) {
              play(edges.get(first), runs.get(next));
            }
          });
    }
  }

  private static void play(AttackedEdge edge, Run run) {
    try {
      run.result.complete(edge.lane.run(run.attack));
    } catch (RuntimeException fault) {
      run.result.completeExceptionally(fault);
    }
  }

  private static DynamicTest test(Run run) {
    return DynamicTest.dynamicTest(
        run.attack.name() + " [" + run.attack.source() + ']',
        () -> {
          Result result = run.result.get(2, TimeUnit.MINUTES);
          if (!result.passed()) {
            fail(result.report());
          }
        });
  }
}
