package io.tollgate.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.store.RedisNames;
import io.tollgate.store.TestRedis;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * What the real Redis does, the model may do: random commands of several connections, pipelined,
 * some of which track changes, lead to the same answers, the same announcements, in the same order
 * on each connection, and to the same data.
 *
 * <p>Redis does not define in which order it serves connections, nor which commands share a cycle
 * of its loop; so the model is asked whether some seed of it does the same. A command that keeps
 * the loop busy meanwhile makes sure that cycles are shared.
 */
@TestInstance(Lifecycle.PER_CLASS)
class RedisModelTest {
  private static final int ROUNDS = 150;
  private static final int CONNECTIONS = 3;
  private static final int COMMANDS_MAX = 4;
  private static final int ATTEMPTS_MAX = 3_000;
  private static final long ARRIVAL_NANOS_MAX = 200 * Scheduler.MICRO;
  private static final List<String> NAMES =
      List.of(
          RedisNames.RECORD_PREFIX + "a",
          RedisNames.RECORD_PREFIX + "b",
          RedisNames.RECORD_PREFIX + "c",
          RedisNames.APPLIED);

  private final SplittableRandom random = new SplittableRandom(20_260_101);
  private final List<RespClient> clients = new ArrayList<>();
  private TestRedis redis;
  private RespClient control;
  private int answersFirst;

  @BeforeAll
  void startRedis() {
    redis = TestRedis.start();
    control = new RespClient(redis.port());
  }

  @AfterAll
  void stopRedis() {
    control.close();
    redis.close();
  }

  /** The last connection tracks nothing, the others do. */
  @BeforeEach
  void connect() {
    for (int i = 0; i < CONNECTIONS; i++) {
      var client = new RespClient(redis.port());
      clients.add(client);
      if (tracks(i)) {
        client.send(
            List.of(
                List.of("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", RedisNames.RECORD_PREFIX)));
        assertThat(client.receive(1)).containsExactly("OK");
      }
    }
  }

  private static boolean tracks(int connection) {
    return connection < CONNECTIONS - 1;
  }

  @AfterEach
  void disconnect() {
    clients.forEach(RespClient::close);
    clients.clear();
  }

  @Test
  void whatever_redis_does_the_model_may_do() {
    Map<String, String> data = new TreeMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      List<List<RedisCommand>> commands = randomCommands(data);
      List<List<String>> heard = replay(commands);
      Map<String, String> after = data();
      assertThat(isPossible(data, commands, heard, after))
          .as("round %s from %s: %s led to %s and %s", round, data, commands, heard, after)
          .isTrue();
      answersFirst += count(heard);
      data = after;
    }
    // Else no round had a writing and an answer in one cycle, and little was tried.
    assertThat(answersFirst).isPositive();
  }

  @Test
  void the_model_does_not_do_what_redis_never_does() {
    List<RedisCommand> write = List.of(RedisCommand.set(NAMES.getFirst(), "1"));
    List<List<RedisCommand>> commands = List.of(write, List.of(), List.of());
    Map<String, String> after = Map.of(NAMES.getFirst(), "1");
    String told = ">[invalidate, [" + NAMES.getFirst() + "]]";
    assertThat(
            isPossible(
                Map.of(), commands, List.of(List.of("OK", told), List.of(told), List.of()), after))
        .isTrue();
    assertThat(
            isPossible(
                Map.of(), commands, List.of(List.of(told, "OK"), List.of(told), List.of()), after))
        .isFalse();
    assertThat(
            isPossible(
                Map.of(), commands, List.of(List.of("OK", told), List.of(), List.of()), after))
        .isFalse();
  }

  // ---- the real one

  private List<List<String>> replay(List<List<RedisCommand>> commands) {
    control.send(List.of(List.of("DEBUG", "SLEEP", "0.005")));
    for (int i = 0; i < CONNECTIONS; i++) {
      clients.get(i).send(commands.get(i).stream().map(RedisCommand::words).toList());
    }
    control.receive(1);
    List<List<String>> heard = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      heard.add(new ArrayList<>(clients.get(i).receive(commands.get(i).size())));
    }
    // All is done: what was announced of it is in front of any further answer.
    for (int i = 0; i < CONNECTIONS; i++) {
      clients.get(i).send(List.of(List.of("PING")));
      List<String> rest = clients.get(i).receive(1);
      heard.get(i).addAll(rest.subList(0, rest.size() - 1));
    }
    return heard;
  }

  private Map<String, String> data() {
    Map<String, String> data = new TreeMap<>();
    for (String name : NAMES) {
      control.send(List.of(List.of("GETRANGE", name, "0", "-1")));
      String text = control.receive(1).getFirst();
      if (!text.isEmpty()) {
        data.put(name, text);
      }
    }
    return data;
  }

  /** Counts connections on which an answer came before an announcement. */
  private static int count(List<List<String>> heard) {
    return (int)
        heard.stream()
            .filter(
                messages ->
                    messages.size() > 1
                        && !messages.getFirst().startsWith(RespClient.ANNOUNCEMENT)
                        && messages.getLast().startsWith(RespClient.ANNOUNCEMENT))
            .count();
  }

  // ---- the model

  private static boolean isPossible(
      Map<String, String> before,
      List<List<RedisCommand>> commands,
      List<List<String>> heard,
      Map<String, String> after) {
    for (int seed = 0; seed < ATTEMPTS_MAX; seed++) {
      var scheduler = new Scheduler(seed);
      double longCycles = seed % 2;
      var server = new RedisServer(scheduler, "model", () -> longCycles, before);
      if (run(scheduler, server, commands).equals(heard)
          && new TreeMap<>(server.dump()).equals(after)) {
        return true;
      }
    }
    return false;
  }

  private static List<List<String>> run(
      Scheduler scheduler, RedisServer server, List<List<RedisCommand>> commands) {
    List<List<String>> heard = new ArrayList<>();
    for (int i = 0; i < commands.size(); i++) {
      List<String> messages = new ArrayList<>();
      heard.add(messages);
      RedisServer.Session session = server.accept(new Cable(scheduler).connect());
      if (session == null) {
        throw new IllegalStateException("the model runs");
      }
      if (tracks(i)) {
        session.track(new Written(messages));
      }
      List<RedisCommand> own = commands.get(i);
      scheduler.after(
          scheduler.random.nextLong(ARRIVAL_NANOS_MAX),
          () -> own.forEach(command -> receive(server, session, command, messages)));
    }
    while (scheduler.next(Scheduler.SECOND)) {
      // Until nothing happens any more.
    }
    return heard;
  }

  private static void receive(
      RedisServer server,
      RedisServer.Session session,
      RedisCommand command,
      List<String> messages) {
    server.receive(
        session,
        () -> {
          String answer = command.model().apply(session);
          server.reply(session, () -> messages.add(answer));
        });
  }

  /** Spells announcements as Redis does. */
  private record Written(List<String> messages) implements RedisServer.Announcements {
    @Override
    public void changed(List<String> names) {
      messages.add(RespClient.ANNOUNCEMENT + "[invalidate, " + names + "]");
    }

    @Override
    public void flushed() {
      messages.add(RespClient.ANNOUNCEMENT + "[invalidate, null]");
    }
  }

  // ---- what is tried

  private List<List<RedisCommand>> randomCommands(Map<String, String> data) {
    List<List<RedisCommand>> commands = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      List<RedisCommand> own = new ArrayList<>();
      for (int left = random.nextInt(COMMANDS_MAX); left > 0; left--) {
        own.add(randomCommand(data));
      }
      commands.add(own);
    }
    return commands;
  }

  private RedisCommand randomCommand(Map<String, String> data) {
    String name = NAMES.get(random.nextInt(NAMES.size()));
    String text = Integer.toString(random.nextInt(10));
    return switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> RedisCommand.get(name);
      case 4, 5, 6 -> RedisCommand.set(name, text);
      case 7 -> RedisCommand.unlink(name);
      case 8 -> RedisCommand.flush();
      default -> randomScript(data, text);
    };
  }

  private RedisCommand randomScript(Map<String, String> data, String text) {
    Map<String, String> writes = new LinkedHashMap<>();
    for (String name : NAMES) {
      if (!name.equals(RedisNames.APPLIED) && random.nextBoolean()) {
        writes.put(name, random.nextBoolean() ? text : "");
      }
    }
    String present = data.getOrDefault(RedisNames.APPLIED, "");
    return RedisCommand.script(random.nextInt(4) == 0 ? text : present, text, writes);
  }
}
