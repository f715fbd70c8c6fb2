package io.tollgate.load;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Makes Markdown tables of the lines that {@link SideBySide} and {@link StartTime} have written.
 */
public final class Report {
  private static final String OURS = "tollgate";

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
    ratios();
    starts();
  }

  private void closedLoop() {
    System.out.println();
    System.out.println(
        """
        | closed loop | CPU µs/request | requests/s | upstream's CPU µs | RSS idle, MB | under load |
        |---|---|---|---|---|---|""");
    for (String peer : peers()) {
      row(
          peer,
          median("closed", peer, "cpu_us", 1),
          median("closed", peer, "requests_per_second", 0),
          median("closed", peer, "upstream_cpu_us", 1),
          format(values("idle", peer, "rss_mb")[0], 0),
          format(Arrays.stream(values("closed", peer, "rss_mb")).max().orElse(0), 0));
    }
  }

  private void fixedRate() {
    System.out.println();
    System.out.println(
        """
        | fixed rate | requests/s | CPU µs/request | p50 µs | p99 µs | p99.9 µs |
        |---|---|---|---|---|---|""");
    for (String peer : peers()) {
      row(
          peer,
          answeredOfRate(peer),
          median("open", peer, "cpu_us", 1),
          median("open", peer, "p50_us", 0),
          median("open", peer, "p99_us", 0),
          median("open", peer, "p999_us", 0));
    }
  }

  private String answeredOfRate(String peer) {
    double rate = values("open", peer, "rate")[0];
    double answered = Series.median(values("open", peer, "requests_per_second"));
    String text = format(rate, 0);
    return answered < 0.98 * rate ? text + ", answered " + format(answered, 0) : text;
  }

  private void ratios() {
    if (!peers().contains(OURS)) {
      return;
    }
    System.out.println();
    System.out.println(
        """
        | Tollgate against | CPU, closed loop | CPU, fixed rate | requests/s | p50 | p99 |
        |---|---|---|---|---|---|""");
    for (String peer : peers()) {
      if (!peer.equals(OURS)) {
        row(
            peer,
            ratio("closed", peer, "cpu_us"),
            ratio("open", peer, "cpu_us"),
            ratio("closed", peer, "requests_per_second"),
            ratio("open", peer, "p50_us"),
            ratio("open", peer, "p99_us"));
      }
    }
  }

  private void starts() {
    double[] starts = values("start", OURS, "millis");
    if (starts.length > 0) {
      System.out.println();
      System.out.println("Start to first verified request, ms: " + Series.told(starts, 0));
    }
  }

  private List<String> peers() {
    return lines.stream()
        .filter(line -> line.getString("kind").equals("idle"))
        .map(line -> line.getString("peer"))
        .distinct()
        .collect(Collectors.toList());
  }

  private double[] values(String kind, String peer, String field) {
    return lines.stream()
        .filter(line -> line.getString("kind").equals(kind) && line.getString("peer").equals(peer))
        .mapToDouble(line -> line.getDouble(field))
        .toArray();
  }

  private String median(String kind, String peer, String field, int digits) {
    return Series.told(values(kind, peer, field), digits);
  }

  /** Of each round by itself, since neighbours of the machine change from round to round. */
  private String ratio(String kind, String peer, String field) {
    double[] ours = values(kind, OURS, field);
    double[] theirs = values(kind, peer, field);
    return Series.told(Series.quotients(ours, theirs), 2);
  }

  private static String format(double value, int digits) {
    return String.format(Locale.ROOT, "%,." + digits + "f", value);
  }

  private static void row(String... cells) {
    System.out.println("| " + String.join(" | ", cells) + " |");
  }
}
