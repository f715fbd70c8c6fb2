package io.tollgate.simulation;

import io.tollgate.management.projector.ProjectorScript;
import io.tollgate.store.RedisNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One command, in Redis' words and in the model's.
 *
 * @param model does it and returns the answer as Redis spells it
 */
record RedisCommand(List<String> words, Function<RedisServer.Session, String> model) {
  static RedisCommand get(String name) {
    return new RedisCommand(
        List.of("GETRANGE", name, "0", "-1"), session -> session.server().get(name));
  }

  static RedisCommand set(String name, String text) {
    return new RedisCommand(
        List.of("SET", name, text),
        session -> {
          session.server().set(name, text);
          return "OK";
        });
  }

  static RedisCommand unlink(String name) {
    return new RedisCommand(
        List.of("UNLINK", name), session -> session.server().remove(name) ? "1" : "0");
  }

  static RedisCommand flush() {
    return new RedisCommand(
        List.of("FLUSHALL"),
        session -> {
          session.server().flush(session);
          return "OK";
        });
  }

  /** The projector's script, the real one. */
  static RedisCommand script(String expected, String next, Map<String, String> writes) {
    List<String> words = new ArrayList<>(List.of("EVAL", ProjectorScript.text()));
    words.add(Integer.toString(writes.size() + 1));
    words.add(RedisNames.APPLIED);
    words.addAll(writes.keySet());
    words.add(expected);
    words.add(next);
    words.addAll(writes.values());
    Map<String, String> ordered = new LinkedHashMap<>(writes);
    return new RedisCommand(
        List.copyOf(words),
        session -> session.server().writeIf(expected, next, ordered) ? "1" : "0");
  }

  @Override
  public String toString() {
    return words.stream().filter(word -> !word.contains("\n")).toList().toString();
  }
}
