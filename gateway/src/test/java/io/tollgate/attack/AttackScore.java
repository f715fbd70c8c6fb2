package io.tollgate.attack;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/**
 * Runs the suite against any proxy and prints a score for each category, and why cases failed.
 *
 * <p>Others are judged by what is safe, not by the letter of our contract: another status is as
 * good, and what RFC 9112 leaves to a proxy is held against none.
 *
 * <pre>
 * AttackScore NAME PORT IMPATIENT_PORT UPSTREAM_PORT [-v]
 * </pre>
 */
public final class AttackScore {
  /** The keys that the peers' configuration files name. */
  static final String KEY = "ak_The0Good0Key";

  static final String ADMIN_KEY = "ak_The0Admin0Key";
  static final String UNKNOWN_KEY = "ak_An0Unknown0Key";

  private AttackScore() {}

  public static void main(String[] args) {
    if (args.length < 4) {
      throw new IllegalArgumentException("NAME PORT IMPATIENT_PORT UPSTREAM_PORT [-v]");
    }
    boolean verbose = args.length > 4;
    var proxy =
        new Proxy(
            "127.0.0.1",
            Integer.parseInt(args[1]),
            Integer.parseInt(args[2]),
            Integer.parseInt(args[1]),
            KEY,
            "key_good",
            ADMIN_KEY,
            "key_admin",
            UNKNOWN_KEY,
            EnumSet.complementOf(EnumSet.of(Bound.CONNECTIONS_PER_ADDRESS, Bound.TRUSTED_PROXIES)));
    try (var upstream = new RecordingUpstream(Integer.parseInt(args[3]))) {
      print(args[0], new Lane(proxy, upstream, false), proxy, verbose);
    }
  }

  private static void print(String name, Lane lane, Proxy proxy, boolean verbose) {
    var table = new StringBuilder();
    int passed = 0;
    int run = 0;
    for (Map.Entry<String, List<Attack>> category : Attacks.byCategory().entrySet()) {
      List<Attack> attacks = category.getValue().stream().filter(proxy::holds).toList();
      int good = 0;
      for (Attack attack : attacks) {
        Result result = lane.run(attack);
        good += result.passed() ? 1 : 0;
        if (!result.passed()) {
          System.out.println("FAILED " + (verbose ? result.report() : line(result)));
        }
      }
      if (!attacks.isEmpty()) {
        table.append(String.format("%-14s %4d of %4d%n", category.getKey(), good, attacks.size()));
      }
      passed += good;
      run += attacks.size();
    }
    System.out.printf("%n%s%n%s%-14s %4d of %4d%n", name, table, "all", passed, run);
  }

  private static String line(Result result) {
    return result.attack().name() + ": " + result.faults().get(0);
  }
}
