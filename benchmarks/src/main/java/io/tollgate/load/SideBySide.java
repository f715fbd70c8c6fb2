package io.tollgate.load;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures peers that run already, in alternating rounds, and writes one line of JSON for each
 * slot; {@link Report} makes tables of them. A single wrong answer ends it without any.
 *
 * <p>A round first measures every peer in a closed loop, then every peer at a fixed rate; each
 * round begins with another peer. The fixed rate is half of what the slower of nginx and Tollgate
 * served when they had warmed up, so that both answer the same load; for a peer that is slower
 * still, half of its own.
 */
public final class SideBySide {
  private static final Duration RAMP = Duration.ofMillis(700);
  private static final int REPEATS_MAX = 3;
  private static final List<String> SET_THE_RATE = List.of("nginx", "tollgate");

  private final Plan plan;
  private final Generator generator;
  private final AnswerCheck answers;
  private final PrintWriter results;
  private final Map<String, Double> rates = new HashMap<>();

  private SideBySide(Plan plan, byte[] body, KeyFile keys, PrintWriter results) {
    this.plan = plan;
    this.results = results;
    generator = new Generator(plan.path(), body, keys, plan.upstreamPid(), plan.wire());
    answers = new AnswerCheck(plan.path(), body, keys, plan.wire());
  }

  /** Takes the options of {@link Plan}. */
  public static void main(String[] arguments) throws IOException {
    Plan plan = Plan.parse(arguments);
    byte[] body = Files.readAllBytes(plan.body());
    try (var writer =
        Files.newBufferedWriter(
            plan.results(),
            StandardCharsets.UTF_8,
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND)) {
      var results = new PrintWriter(writer, true);
      new SideBySide(plan, body, KeyFile.read(plan.keys()), results).run();
    } catch (WrongAnswer e) {
      System.err.println("no figures: " + e.getMessage());
      System.exit(1);
    }
    System.exit(0);
  }

  private void run() {
    for (Peer peer : plan.peers()) {
      answers.check(peer);
      write("idle", 0, new JsonObject().put("peer", peer.name()).put("rss_mb", resident(peer)));
    }
    warmUp();
    for (int round = 1; round <= plan.rounds(); round++) {
      List<Peer> order = new ArrayList<>(plan.peers());
      Collections.rotate(order, 1 - round);
      order.forEach(answers::check);
      for (Peer peer : order) {
        measure("closed", round, slot(peer, plan.slot(), 0));
      }
      for (Peer peer : order) {
        measure("open", round, slot(peer, plan.slot(), rate(peer)));
      }
    }
    generator.close();
  }

  private static double resident(Peer peer) {
    return new ProcessUsage(peer.pid()).residentBytes() / 1e6;
  }

  /** Three quarters in a closed loop, which sets the rate; the rest at that rate. */
  private void warmUp() {
    Map<String, Double> served = new HashMap<>();
    for (Peer peer : plan.peers()) {
      Duration closed = warmUp(peer).multipliedBy(3).dividedBy(4);
      // The first half is thrown away as ramp.
      var slot = new Slot(peer, plan.connections(), closed.dividedBy(2), closed.dividedBy(2), 0);
      SlotResult warm = generator.run(slot);
      served.put(peer.name(), warm.requestsPerSecond());
      tell("warm-up", 0, warm);
    }
    double slower =
        SET_THE_RATE.stream().mapToDouble(name -> served.getOrDefault(name, 1e9)).min().orElse(1e9);
    for (Peer peer : plan.peers()) {
      double common = plan.rate() > 0 ? plan.rate() : slower / 2;
      double own = served.getOrDefault(peer.name(), 0.) / 2;
      rates.put(peer.name(), Math.max(1, Math.floor(Math.min(common, own))));
      generator.run(slot(peer, warmUp(peer).dividedBy(4), rate(peer)));
    }
  }

  private Duration warmUp(Peer peer) {
    return peer.isJvm() ? plan.warmUp() : plan.warmUpOfNatives();
  }

  private double rate(Peer peer) {
    return rates.getOrDefault(peer.name(), 0.);
  }

  private Slot slot(Peer peer, Duration length, double rate) {
    return new Slot(peer, plan.connections(), RAMP, length, rate);
  }

  private void measure(String kind, int round, Slot slot) {
    SlotResult result = calmest(slot);
    if (result.requestsPerSecond() == 0) {
      throw new WrongAnswer(slot.peer(), "nothing in a whole slot");
    }
    write(kind, round, result.toJson());
    tell(kind, round, result);
  }

  /** Measures again while others take more than is tolerated; their share decides, no figure. */
  private SlotResult calmest(Slot slot) {
    SlotResult calmest = generator.run(slot);
    for (int i = 0; i < REPEATS_MAX && calmest.othersCores() > plan.calm(); i++) {
      SlotResult again = generator.run(slot);
      calmest = again.othersCores() < calmest.othersCores() ? again : calmest;
    }
    return calmest;
  }

  private void write(String kind, int round, JsonObject what) {
    results.println(new JsonObject().put("kind", kind).put("round", round).mergeIn(what).encode());
  }

  private static void tell(String kind, int round, SlotResult result) {
    System.err.printf(
        "%-8s round %d  %-16s %8.0f req/s  %6.1f us CPU  p50 %6.0f us  p99 %7.0f us%n",
        kind,
        round,
        result.peer(),
        result.requestsPerSecond(),
        result.cpuMicros(),
        result.p50Micros(),
        result.p99Micros());
  }
}
