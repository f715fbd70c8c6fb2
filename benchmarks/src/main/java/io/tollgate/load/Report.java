package io.tollgate.load;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes Markdown tables of the lines that {@link SideBySide} and {@link StartTime} have written.
 *
 * <p>Each cell is a median, and in parentheses the least and the greatest. Ratios are of each round
 * by itself, since neighbours of the machine change from round to round.
 */
public final class Report {
  private static final String OURS = "tollgate";

  /** Tollgate again, asked with more keys. */
  private static final String OURS_TOO = OURS + "-";

  private final List<JsonObject> lines;

  private Report(List<JsonObject> lines) {
    this.lines = lines;
  }

  /** Takes the file of results. */
  public static void main(String[] arguments) throws IOException {
    List<JsonObject> lines =
        Files.readAllLines(Path.of(arguments[0])).stream().map(JsonObject::new).toList();
    new Report(lines).print();
  }

  private void print() {
    closedLoop();
    fixedRate();
    if (peers().contains(OURS)) {
      ratios();
      manyKeys();
      starts();
    }
    neighbours();
  }

  private void closedLoop() {
    table(
        """
        | closed loop | CPU µs/request | requests/s | upstream CPU µs | RSS MB idle | loaded |
        |---|---|---|---|---|---|""");
    for (String peer : peers()) {
      double mostResident = Arrays.stream(values("closed", peer, "rss_mb")).max().orElse(0);
      row(
          peer,
          Series.told(values("closed", peer, "cpu_us"), 1),
          Series.told(values("closed", peer, "requests_per_second"), 0),
          Series.told(values("closed", peer, "upstream_cpu_us"), 1),
          Series.number(values("idle", peer, "rss_mb")[0], 0),
          Series.number(mostResident, 0));
    }
  }

  private void fixedRate() {
    table(
        """
        | fixed rate | requests/s | CPU µs/request | p50 µs | p99 µs | p99.9 µs |
        |---|---|---|---|---|---|""");
    for (String peer : peers()) {
      row(
          peer,
          answeredOfRate(peer),
          Series.told(values("open", peer, "cpu_us"), 1),
          Series.told(values("open", peer, "p50_us"), 0),
          Series.told(values("open", peer, "p99_us"), 0),
          Series.told(values("open", peer, "p999_us"), 0));
    }
  }

  private String answeredOfRate(String peer) {
    double rate = values("open", peer, "rate")[0];
    double answered = Series.median(values("open", peer, "requests_per_second"));
    String asked = Series.number(rate, 0);
    return answered < 0.98 * rate ? asked + ", answered " + Series.number(answered, 0) : asked;
  }

  private void ratios() {
    if (peers().stream().allMatch(peer -> peer.startsWith(OURS))) {
      return;
    }
    table(
        """
        | Tollgate against | CPU, closed loop | CPU, fixed rate | requests/s | p50 | p99 |
        |---|---|---|---|---|---|""");
    for (String peer : peers()) {
      if (!peer.startsWith(OURS)) {
        row(
            peer,
            ratio("closed", OURS, peer, "cpu_us"),
            atOneRate(OURS, peer, "cpu_us"),
            ratio("closed", OURS, peer, "requests_per_second"),
            atOneRate(OURS, peer, "p50_us"),
            atOneRate(OURS, peer, "p99_us"));
      }
    }
  }

  private void manyKeys() {
    for (String peer : peers()) {
      if (peer.startsWith(OURS_TOO)) {
        System.out.printf(
            "%nCPU per request with %s keys in turn against fewer: %s, at the fixed rate %s%n",
            peer.substring(OURS_TOO.length()),
            ratio("closed", peer, OURS, "cpu_us"),
            atOneRate(peer, OURS, "cpu_us"));
      }
    }
  }

  private void starts() {
    double[] starts = values("start", OURS, "millis");
    if (starts.length > 0) {
      System.out.println("\nStart to first verified request, ms: " + Series.told(starts, 0));
    }
  }

  private void neighbours() {
    double[] cores =
        Stream.of("closed", "open").flatMap(this::ofKind).mapToDouble(this::othersCores).toArray();
    System.out.println("\nCores that others used meanwhile: " + Series.told(cores, 2));
  }

  private double othersCores(JsonObject line) {
    return line.getDouble("others_cores");
  }

  private List<String> peers() {
    return ofKind("idle").map(line -> line.getString("peer")).distinct().toList();
  }

  private Stream<JsonObject> ofKind(String kind) {
    return lines.stream().filter(line -> line.getString("kind").equals(kind));
  }

  private double[] values(String kind, String peer, String field) {
    return ofKind(kind)
        .filter(line -> line.getString("peer").equals(peer))
        .mapToDouble(line -> line.getDouble(field))
        .toArray();
  }

  private String ratio(String kind, String above, String below, String field) {
    return Series.told(Series.quotients(values(kind, above, field), values(kind, below, field)), 2);
  }

  /** CPU and latency at unlike rates are no like figures: with fewer requests, each costs more. */
  private String atOneRate(String above, String below, String field) {
    boolean one = values("open", above, "rate")[0] == values("open", below, "rate")[0];
    return one ? ratio("open", above, below, field) : "another rate";
  }

  private static void table(String head) {
    System.out.println();
    System.out.println(head);
  }

  private static void row(String... cells) {
    System.out.println("| " + String.join(" | ", cells) + " |");
  }
}
