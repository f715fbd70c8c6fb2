package io.tollgate.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Says of an act which invariants hold, by what the clients saw alone. Knows no clock and no
 * process: the same act is always judged alike.
 */
final class Judge {
  private static final String REFUSED = "revoked keys are refused";
  private static final String KNOWN = "valid keys are never denied";

  /** How long the first keys that a gateway has never seen may be refused, a few of them. */
  static final Duration FIRST = Duration.ofMillis(250);

  /** Of those, one in so many. */
  private static final int FIRST_REFUSED_OF = 1_000;

  /** A gateway's default bound, and as much again for a machine that is busy. */
  static final Duration FENCE = Duration.ofMillis(250);

  static final Duration PROMPT = Duration.ofSeconds(1);

  /** A second is promised; the rest is for a machine that is busy. */
  static final Duration CUT_WITHIN = Duration.ofMillis(1_300);

  private final Act act;
  private final Expected expected;
  private final List<Finding> findings = new ArrayList<>();

  private Judge(Act act) {
    this.act = act;
    expected = act.expected();
  }

  /** Whether a finding is of what must hold on any machine, however slow. */
  static boolean isSafety(Finding finding) {
    return finding.invariant().equals(REFUSED) || finding.invariant().equals(KNOWN);
  }

  static List<Finding> judge(Act act) {
    var judge = new Judge(act);
    judge.revokedKeysAreRefused();
    judge.validKeysAreKnown();
    judge.validKeysAreServed();
    judge.unseenKeysAreServed();
    judge.whoIsCutOffAcceptsNothing();
    judge.revocationsEndAsTheyMust();
    judge.longExchangesEndWithTheirKey();
    return judge.findings;
  }

  private void revokedKeysAreRefused() {
    List<Use> after = uses(Use::isOfRevokedKey);
    add(REFUSED, after.stream().filter(Use::isAccepted).toList(), after);
  }

  private void validKeysAreKnown() {
    List<Use> valid = uses(Use::isOfValidKey);
    add(KNOWN, valid.stream().filter(Use::isDenied).toList(), valid);
  }

  private void validKeysAreServed() {
    List<Use> valid = uses(use -> isToBeServed(use) && !use.isFirst());
    add("keys in use are served", refused(valid), valid);
  }

  private void unseenKeysAreServed() {
    List<Use> valid = uses(use -> isToBeServed(use) && use.isFirst());
    List<Use> early = valid.stream().filter(this::isEarly).toList();
    List<Use> refused = refused(valid);
    int excused = early.size() / FIRST_REFUSED_OF;
    List<Use> late = refused.stream().filter(use -> !isEarly(use)).toList();
    boolean holds = late.isEmpty() && refused.size() <= excused;
    add("keys never seen are served", holds, seen(refused, valid));
  }

  private static List<Use> refused(List<Use> uses) {
    return uses.stream().filter(use -> !use.isAccepted()).toList();
  }

  private boolean isToBeServed(Use use) {
    boolean isExcused =
        expected.excused().contains(use.gateway())
            && use.answeredNanos() >= act.struckNanos()
            && use.sentNanos() <= act.recoveredNanos();
    return use.isOfValidKey() && use.dueNanos() >= act.quietNanos() && !isExcused;
  }

  private boolean isEarly(Use use) {
    return use.answeredNanos() >= act.struckNanos()
        && use.sentNanos() <= act.lastsNanos() + FIRST.toNanos();
  }

  private void whoIsCutOffAcceptsNothing() {
    if (expected.cutOff().isEmpty()) {
      return;
    }
    List<Use> late =
        uses(
            use ->
                expected.cutOff().contains(use.gateway())
                    && use.sentNanos() >= act.lastsNanos() + FENCE.toNanos()
                    && use.answeredNanos() <= act.curedNanos());
    // None at all would mean that nobody has tried.
    boolean holds = !late.isEmpty() && late.stream().noneMatch(Use::isAccepted);
    add(
        "who is cut off refuses",
        holds,
        seen(late.stream().filter(Use::isAccepted).toList(), late));
  }

  private void revocationsEndAsTheyMust() {
    List<Revoke> meanwhile =
        act.revokes().stream()
            .filter(revoke -> revoke.sentNanos() >= act.lastsNanos())
            .filter(revoke -> revoke.sentNanos() < act.curedNanos())
            .toList();
    List<Revoke> wrong = meanwhile.stream().filter(this::isWrong).toList();
    long confirmed = meanwhile.stream().filter(Revoke::isConfirmed).count();
    var took = new Durations(meanwhile.stream().mapToLong(Revoke::tookNanos));
    String seen =
        "%d of %d confirmed (%s), %s expected, %d never%s"
            .formatted(
                confirmed,
                meanwhile.size(),
                took,
                expected.revokes(),
                act.unconfirmed(),
                wrong.isEmpty() ? "" : ", first wrong: " + text(wrong.get(0)));
    add("revocations end as they must", wrong.isEmpty() && act.unconfirmed() == 0, seen);
  }

  private boolean isWrong(Revoke revoke) {
    return switch (expected.revokes()) {
      case PROMPT -> !revoke.isConfirmed() || revoke.tookNanos() > PROMPT.toNanos();
      case CONFIRMED -> !revoke.isConfirmed();
      case REFUSED -> revoke.isConfirmed() && revoke.answeredNanos() < act.curedNanos();
      case EITHER -> false;
    };
  }

  private String text(Revoke revoke) {
    return "%d %s %s after %d ms, sent %s"
        .formatted(
            revoke.status(),
            revoke.code(),
            revoke.key(),
            Duration.ofNanos(revoke.tookNanos()).toMillis(),
            when(revoke.sentNanos()));
  }

  private void longExchangesEndWithTheirKey() {
    List<String> wrong = new ArrayList<>();
    for (LongExchange.Seen exchange : act.exchanges()) {
      boolean isExcused = expected.excused().contains(exchange.gateway());
      boolean isCut = exchange.cutNanos() != Stopwatch.NEVER;
      if (!exchange.flowed()) {
        wrong.add("gateway " + (exchange.gateway() + 1) + " never began one");
      } else if (exchange.key().isRevoked()) {
        long late = exchange.cutNanos() - endDue(exchange);
        if (!isCut || late > 0) {
          wrong.add(
              "gateway %d cut one %s"
                  .formatted(exchange.gateway() + 1, isCut ? millis(late) + " late" : "never"));
        }
      } else if (exchange.cutNanos() < exchange.key().revokeSentNanos() && isCut && !isExcused) {
        wrong.add(
            "gateway %d cut a valid one %s"
                .formatted(exchange.gateway() + 1, when(exchange.cutNanos())));
      }
    }
    String seen = act.exchanges().size() + " seen";
    add("long exchanges end with keys", wrong.isEmpty(), wrong.isEmpty() ? seen : wrong + "");
  }

  /** By when it must have ended: who is frozen can't, who is cut off must. */
  private long endDue(LongExchange.Seen exchange) {
    boolean isAble =
        !expected.excused().contains(exchange.gateway())
            || expected.cutOff().contains(exchange.gateway());
    long revoked = exchange.key().revokedNanos();
    return (isAble ? revoked : Math.max(revoked, act.healedNanos())) + CUT_WITHIN.toNanos();
  }

  private List<Use> uses(Predicate<Use> wanted) {
    return act.uses().stream().filter(wanted).toList();
  }

  private void add(String invariant, List<Use> wrong, List<Use> all) {
    add(invariant, wrong.isEmpty(), seen(wrong, all));
  }

  private void add(String invariant, boolean holds, String seen) {
    findings.add(Finding.promise(act.fault(), invariant, holds, seen));
  }

  private String seen(List<Use> wrong, List<Use> all) {
    String counted = wrong.size() + " of " + all.size();
    if (wrong.isEmpty()) {
      return counted;
    }
    return wrong.stream()
        .limit(5)
        .map(this::text)
        .collect(Collectors.joining("; ", counted + ": ", wrong.size() > 5 ? "; …" : ""));
  }

  private String text(Use use) {
    return "gateway %d said %d to %s, sent %s, answered after %s"
        .formatted(
            use.gateway() + 1,
            use.status(),
            use.key(),
            when(use.sentNanos())
                + (use.isOfRevokedKey()
                    ? " and "
                        + millis(use.sentNanos() - use.key().revokedNanos())
                        + " after the 2xx"
                    : ""),
            millis(use.answeredNanos() - use.sentNanos()));
  }

  private String when(long nanos) {
    return nanos >= act.healedNanos()
        ? millis(nanos - act.healedNanos()) + " after the heal"
        : nanos >= act.struckNanos()
            ? millis(nanos - act.struckNanos()) + " into the fault"
            : millis(act.struckNanos() - nanos) + " before the fault";
  }

  private static String millis(long nanos) {
    return "%.1f ms".formatted(nanos / 1e6);
  }
}
