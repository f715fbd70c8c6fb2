package io.tollgate.load;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code benchmarks/side-by-side} has asked for. */
record Plan(
    List<Peer> peers,
    String path,
    Path body,
    Path keys,
    long upstreamPid,
    Wire wire,
    int connections,
    int rounds,
    Duration slot,
    Duration warmUp,
    Duration warmUpOfNatives,
    double rate,
    double calm,
    Path results) {

  /** Reads options, each followed by its value; {@code --peer} may come several times. */
  static Plan parse(String[] arguments) {
    var plan = new Options();
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      plan.put(arguments[i], arguments[i + 1]);
    }
    return plan.done();
  }

  private static final class Options {
    private final List<Peer> peers = new ArrayList<>();
    private String path = "/100";
    private Path body = Path.of("100");
    private Path keys = Path.of("keys");
    private Path results = Path.of("results.jsonl");
    private long upstreamPid;
    private @Nullable Path certificate;
    private int streams;
    private int connections = 64;
    private int rounds = 5;
    private double slot = 8;
    private double warmUp = 60;
    private double warmUpOfNatives = 5;
    private double rate;
    private double calm = 1_000;

    void put(String option, String value) {
      switch (option) {
        case "--peer" -> peers.add(Peer.parse(value));
        case "--path" -> path = value;
        case "--body" -> body = Path.of(value);
        case "--keys" -> keys = Path.of(value);
        case "--results" -> results = Path.of(value);
        case "--upstream-pid" -> upstreamPid = Long.parseLong(value);
        case "--certificate" -> certificate = Path.of(value);
        case "--streams" -> streams = Integer.parseInt(value);
        case "--connections" -> connections = Integer.parseInt(value);
        case "--rounds" -> rounds = Integer.parseInt(value);
        case "--slot" -> slot = Double.parseDouble(value);
        case "--warm" -> warmUp = Double.parseDouble(value);
        case "--warm-natives" -> warmUpOfNatives = Double.parseDouble(value);
        case "--rate" -> rate = Double.parseDouble(value);
        case "--calm" -> calm = Double.parseDouble(value);
        default -> throw new IllegalArgumentException("there is no option " + option);
      }
    }

    Plan done() {
      return new Plan(
          List.copyOf(peers),
          path,
          body,
          keys,
          upstreamPid,
          certificate == null ? Wire.PLAIN : Wire.secured(certificate, streams),
          connections,
          rounds,
          seconds(slot),
          seconds(warmUp),
          seconds(warmUpOfNatives),
          rate,
          calm,
          results);
    }

    private static Duration seconds(double seconds) {
      return Duration.ofNanos((long) (seconds * 1e9));
    }
  }
}
