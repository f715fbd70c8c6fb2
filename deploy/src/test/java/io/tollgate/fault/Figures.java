package io.tollgate.fault;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;

/** The figures of a run, gathered act by act, and the table of them. Confined to one thread. */
final class Figures {
  private static final double REVOKE_MILLIS = 150;
  private static final double ADDED_MILLIS = 5;
  private static final double RECOVERY_MILLIS = 2_000;

  /** What a loaded machine may add to what is promised before a figure counts as broken. */
  private static final double REVOKE_MILLIS_BROKEN = 1_000;

  /** Of fewer nobody can tell what one in a hundred takes. */
  private static final int REVOKES_MIN = 50;

  private static final double ADDED_MILLIS_BROKEN = 50;
  private static final double RECOVERY_MILLIS_BROKEN = 4_000;
  private static final String REDIS = "redis-";

  private final List<Long> revokes = new ArrayList<>();
  private final Map<String, String> rows = new LinkedHashMap<>();
  private long revoked;
  private long revokedAccepted;
  private long valid;
  private long validDenied;
  private double addedMillisMax;
  private String addedBy = "none";
  private double recoveryMillisMax;
  private String recoveryBy = "none";

  /**
   * Takes an act in.
   *
   * @param isSteady whether the machine ran all the time, so that it can be told how long things
   *     take
   */
  void take(Act act, boolean isSteady) {
    count(act);
    if (isSteady) {
      measure(act);
    }
  }

  private void measure(Act act) {
    act.revokes().stream()
        .filter(Revoke::isConfirmed)
        .filter(revoke -> revoke.sentNanos() > act.quietNanos())
        .filter(revoke -> revoke.answeredNanos() < act.struckNanos())
        .forEach(revoke -> revokes.add(revoke.tookNanos()));
    if (isBounded(act)) {
      double added = addedMillis(act);
      addedBy = added > addedMillisMax ? act.fault() : addedBy;
      addedMillisMax = Math.max(added, addedMillisMax);
      double recovery = recoveryMillis(act);
      recoveryBy = recovery > recoveryMillisMax ? act.fault() : recoveryBy;
      recoveryMillisMax = Math.max(recovery, recoveryMillisMax);
    }
  }

  /** Says of an act whether it was quick enough. */
  static List<Finding> judge(Act act) {
    return List.of(latency(act), recovery(act));
  }

  /** Where Redis alone is away, nobody may notice. */
  private static boolean isBounded(Act act) {
    return act.fault().startsWith(REDIS);
  }

  private void count(Act act) {
    for (Use use : act.uses()) {
      if (use.isOfRevokedKey()) {
        revoked++;
        revokedAccepted += use.isAccepted() ? 1 : 0;
      } else if (use.isOfValidKey()) {
        valid++;
        validDenied += use.isDenied() ? 1 : 0;
      }
    }
  }

  /** By how much a fault makes those slower whom it does not concern. */
  private static Finding latency(Act act) {
    double added = addedMillis(act);
    return figure(
        act,
        "added p99",
        added,
        ADDED_MILLIS,
        ADDED_MILLIS_BROKEN,
        String.format(
            Locale.ROOT, "%.1f ms (before: %s; during: %s)", added, before(act), during(act)));
  }

  private static double addedMillis(Act act) {
    return during(act).millis(99) - before(act).millis(99);
  }

  private static Durations before(Act act) {
    return waits(act, act.quietNanos(), act.struckNanos());
  }

  private static Durations during(Act act) {
    return waits(act, act.lastsNanos() + Judge.FIRST.toNanos(), act.curedNanos());
  }

  private static Durations waits(Act act, long from, long until) {
    return new Durations(
        act.uses().stream()
            .filter(use -> use.dueNanos() >= from && use.dueNanos() < until)
            .filter(use -> use.isOfValidKey() && use.isAccepted())
            .filter(use -> !act.expected().excused().contains(use.gateway()))
            .mapToLong(Use::waitedNanos));
  }

  private static Finding recovery(Act act) {
    double millis = recoveryMillis(act);
    return figure(
        act,
        "recovery",
        millis,
        RECOVERY_MILLIS,
        RECOVERY_MILLIS_BROKEN,
        String.format(Locale.ROOT, "whole %.0f ms after the heal", millis));
  }

  private static Finding figure(
      Act act, String what, double value, double bound, double limit, String seen) {
    return isBounded(act)
        ? Finding.figure(act.fault(), what, value, bound, limit, seen)
        : Finding.promise(act.fault(), what, true, seen);
  }

  private static double recoveryMillis(Act act) {
    return (act.recoveredNanos() - act.healedNanos()) / 1e6;
  }

  /** Adds a row that was measured elsewhere; measured again, it takes the place of the first. */
  void add(String what, String bound, String measured) {
    rows.put(what, row(what, bound, measured));
  }

  /** Says whether revocations were as fast as they must be where nothing is wrong. */
  List<Finding> judge() {
    Durations took = revocationDurations();
    double millis = took.count() < REVOKES_MIN ? 0 : took.millis(99);
    return List.of(
        Finding.figure(
            "all",
            "revoke call, all well",
            millis,
            REVOKE_MILLIS,
            REVOKE_MILLIS_BROKEN,
            took.toString()));
  }

  private Durations revocationDurations() {
    return new Durations(revokes.stream().flatMapToLong(LongStream::of));
  }

  /** Returns the table, line by line. */
  List<String> table() {
    List<String> table = new ArrayList<>();
    table.add(row("what", "bound", "measured"));
    table.add(
        row("used after the revoke's 2xx, accepted", "0", revokedAccepted + " of " + revoked));
    table.add(row("valid keys answered 401 or 403", "0", validDenied + " of " + valid));
    table.add(
        row("revoke call, both stores reachable", "p99 150 ms", revocationDurations().toString()));
    table.add(row("added p99, Redis away, after 250 ms", "5 ms", figure(addedMillisMax, addedBy)));
    table.add(row("recovery, Redis back", "2000 ms", figure(recoveryMillisMax, recoveryBy)));
    table.addAll(rows.values());
    return table;
  }

  private static String figure(double millis, String by) {
    return String.format(Locale.ROOT, "at most %.1f ms (%s)", millis, by);
  }

  private static String row(String what, String bound, String measured) {
    return String.format(Locale.ROOT, "%-44s %-14s %s", what, bound, measured);
  }
}
