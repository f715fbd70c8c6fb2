package io.tollgate.deploy;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Whether this process should be sent work now, and why not. Safe for all threads. */
final class Readiness {
  static final String OK = "ok";
  private static final long DEADLINE_MILLIS = 1_000;

  private final Map<String, Supplier<Future<Void>>> checks = new ConcurrentHashMap<>();
  private volatile boolean starting = true;
  private volatile boolean draining;

  /** Adds a part; its future completes where the part is ready and else fails with the reason. */
  void add(String part, Supplier<Future<Void>> check) {
    checks.put(part, check);
  }

  /** Tells that every part is there. */
  void started() {
    starting = false;
  }

  /** Says no from now on, so that load balancers turn away before the listeners close. */
  void drain() {
    draining = true;
  }

  /** Asks every part; never fails. */
  Future<Answer> ask() {
    List<String> parts = checks.keySet().stream().sorted().toList();
    List<Future<String>> answers = new ArrayList<>();
    for (String part : parts) {
      answers.add(ask(part));
    }
    return Future.all(answers)
        .map(
            all -> {
              var results = new LinkedHashMap<String, String>();
              for (int i = 0; i < parts.size(); i++) {
                results.put(parts.get(i), all.resultAt(i));
              }
              return answer(results);
            });
  }

  private Future<String> ask(String part) {
    Supplier<Future<Void>> check = checks.getOrDefault(part, Future::succeededFuture);
    return check
        .get()
        .timeout(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
        .map(done -> OK)
        .otherwise(fault -> String.valueOf(fault.getMessage()));
  }

  private Answer answer(Map<String, String> checks) {
    boolean allOk = checks.values().stream().allMatch(OK::equals);
    String status = draining ? "draining" : starting ? "starting" : allOk ? "ready" : "not ready";
    return new Answer(status.equals("ready"), status, checks);
  }

  /**
   * What was found. Immutable.
   *
   * @param checks each part's answer, {@value #OK} or the reason
   */
  record Answer(boolean isReady, String status, Map<String, String> checks) {
    JsonObject toJson() {
      var parts = new JsonObject();
      checks.forEach(parts::put);
      return new JsonObject().put("status", status).put("checks", parts);
    }
  }
}
