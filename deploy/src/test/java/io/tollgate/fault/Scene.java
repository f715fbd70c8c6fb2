package io.tollgate.fault;

import io.tollgate.store.Awaiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The deployment under load, while one fault is played on it. Confined to the run's thread. */
final class Scene {
  private static final Duration RECOVERY_DEADLINE = Duration.ofSeconds(30);
  private static final Duration FIRST_REVOKE = Duration.ofMillis(400);
  private static final Duration AFTERMATH = Duration.ofMillis(300);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(40);

  private final Fault fault;
  private final Stage stage;
  private final List<Finding> notes = new ArrayList<>();
  private final List<LongExchange> exchanges = new ArrayList<>();
  private final IssuedKey streamed;
  private boolean streamedIsRevoked;
  private long quietNanos;
  private long backedUpNanos;
  private long struckNanos;
  private long lastsNanos;
  private long curedNanos;
  private long healedNanos;
  private long recoveredNanos;

  Scene(Fault fault, Stage stage, IssuedKey streamed, IssuedKey lasting) {
    this.fault = fault;
    this.stage = stage;
    this.streamed = streamed;
    for (GatewayMember gateway : deployment().gateways()) {
      for (IssuedKey key : List.of(streamed, lasting)) {
        exchanges.add(LongExchange.begin(gateway.number(), gateway.port(), key, stage.clock()));
      }
    }
  }

  Deployment deployment() {
    return stage.deployment();
  }

  GatewayMember gateway(int number) {
    return deployment().gateway(number);
  }

  Pace pace() {
    return stage.pace();
  }

  Revoker revoker() {
    return stage.revoker();
  }

  KeyPools keys() {
    return stage.keys();
  }

  /** Lets time pass before the fault, in which all must be well. */
  void quiet() {
    quietNanos = stage.clock().now();
    stage.clock().pass(pace().quiet());
  }

  /** Lets time pass in which all is to be as before. */
  void pass(Duration time) {
    stage.clock().pass(time);
  }

  /** Brings the fault about. */
  void strike(Runnable cause) {
    struckNanos = stage.clock().now();
    cause.run();
    lastsNanos = stage.clock().now();
  }

  /** Lets the fault last, while keys are used and revoked. */
  void hold() {
    hold(pace().hold());
  }

  void hold(Duration time) {
    long end = stage.clock().now() + time.toNanos();
    if (!streamedIsRevoked) {
      streamedIsRevoked = true;
      stage.clock().pass(FIRST_REVOKE);
      keys().addDead(streamed);
      stage.revoker().revokeSoon(streamed);
    }
    stage.clock().until(end);
  }

  /** Takes away what caused the fault, and waits until every process is whole again. */
  void heal(Runnable cure) {
    deployment().keepMetrics(fault.name());
    curedNanos = stage.clock().now();
    cure.run();
    healedNanos = stage.clock().now();
    awaitWhole();
    recoveredNanos = stage.clock().now();
  }

  /** Asks rarely: what is asked answers for the load too. */
  private void awaitWhole() {
    long deadline = stage.clock().now() + RECOVERY_DEADLINE.toNanos();
    while (!deployment().isWhole()) {
      if (stage.clock().now() > deadline) {
        throw new AssertionError("not whole " + RECOVERY_DEADLINE + " after the heal");
      }
      stage.clock().pass(LOOK_AGAIN);
    }
  }

  /** Does something again and again, while keys are used and revoked. */
  void holdDoing(Duration every, Runnable work) {
    long end = stage.clock().now() + pace().hold().toNanos();
    hold(Duration.ZERO);
    while (stage.clock().now() < end) {
      work.run();
      stage.clock().pass(every);
    }
  }

  /** Returns the calls that revoked keys since the act began. */
  List<Revoke> revokes() {
    return stage.book().revokes();
  }

  /** How many keys were used since the act began, each counted at each gateway it was used at. */
  int keysInUse() {
    record Place(int gateway, IssuedKey key) {}
    return (int)
        stage.book().uses().stream()
            .map(use -> new Place(use.gateway(), use.key()))
            .distinct()
            .count();
  }

  /** Waits until each gateway has heard of a change that was made from now on. */
  void awaitChangeEverywhere() {
    long now =
        Long.parseLong(deployment().postgres().query("SELECT number FROM tollgate.change_counter"));
    revokeMany(1, Duration.ofMillis(1));
    for (GatewayMember gateway : deployment().gateways()) {
      Awaiting.until(
          "the gateway has heard of the change",
          () -> gateway.process().scrape().sum("tollgate_fence_level") > now);
    }
  }

  /** Adds a figure to the run's table. */
  void figure(String what, String bound, String measured) {
    stage.figures().add(what, bound, measured);
  }

  /** Revokes that many keys more, one after the other at even distances. */
  void revokeMany(int count, Duration distance) {
    for (int i = 0; i < count; i++) {
      IssuedKey key = keys().takeDoomed();
      if (key != null) {
        stage.revoker().revokeSoon(key);
      }
      stage.clock().pass(distance);
    }
  }

  /** Strikes, holds and heals. */
  void play(Runnable cause, Runnable cure) {
    strike(cause);
    hold();
    heal(cure);
  }

  /** What is revoked from now on is not in the backup. */
  void backedUp() {
    backedUpNanos = stage.clock().now();
  }

  /**
   * What was revoked since the backup is about to be lost; until now it was refused, or that is
   * told.
   */
  void forgetRevocationsSinceBackup() {
    List<IssuedKey> lost =
        keys().dead().stream().filter(key -> key.revokeSentNanos() > backedUpNanos).toList();
    List<Use> uses = stage.book().uses().stream().filter(Use::isOfRevokedKey).toList();
    long accepted = uses.stream().filter(Use::isAccepted).count();
    note("refused until the restore", accepted == 0, accepted + " of " + uses.size());
    lost.forEach(IssuedKey::revocationLost);
  }

  /** Adds an invariant of this fault alone. */
  void note(String invariant, boolean holds, String seen) {
    notes.add(Finding.promise(fault.name(), invariant, holds, seen));
  }

  /** Returns the sum of a metric over all gateways. */
  double sum(String metric) {
    double sum = 0;
    for (GatewayMember gateway : deployment().gateways()) {
      try {
        sum += gateway.process().scrape().sum(metric);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
    return sum;
  }

  /** Lets all that is open come to its end, and tells what was seen. */
  Act end() {
    long unconfirmed = stage.revoker().confirmAll();
    awaitEndOfExchanges();
    stage.clock().pass(AFTERMATH);
    List<LongExchange.Seen> seen = exchanges.stream().map(LongExchange::seen).toList();
    exchanges.forEach(LongExchange::close);
    return new Act(
        fault.name(),
        fault.expected(),
        quietNanos,
        struckNanos,
        lastsNanos,
        curedNanos,
        healedNanos,
        recoveredNanos,
        unconfirmed,
        stage.book().uses(),
        stage.book().revokes(),
        seen);
  }

  /** Those whose key was revoked have to end; who waits longer sees nothing more. */
  private void awaitEndOfExchanges() {
    long since = streamed.isRevoked() ? streamed.revokedNanos() : stage.clock().now();
    long deadline = since + Judge.CUT_WITHIN.toNanos();
    while (stage.clock().now() < deadline && exchanges.stream().anyMatch(this::isToEnd)) {
      stage.clock().pass(LOOK_AGAIN);
    }
  }

  private boolean isToEnd(LongExchange exchange) {
    LongExchange.Seen seen = exchange.seen();
    return seen.key() == streamed && seen.cutNanos() == Stopwatch.NEVER;
  }

  List<Finding> notes() {
    return notes;
  }

  /** Ends the exchanges, also where the play broke off. */
  void close() {
    exchanges.forEach(LongExchange::close);
  }
}
