package io.tollgate.fault;

import static io.tollgate.fault.Expected.Revokes.CONFIRMED;
import static io.tollgate.fault.Expected.Revokes.EITHER;
import static io.tollgate.fault.Expected.Revokes.PROMPT;
import static io.tollgate.fault.Expected.Revokes.REFUSED;
import static io.tollgate.fault.Expected.allButOne;
import static io.tollgate.fault.Expected.allServed;

import io.tollgate.store.Awaiting;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What may happen to our own processes. */
final class ProcessFaults {
  private static final int STRUCK = 1;
  private static final Set<Integer> ALL = Set.of(0, 1, 2);

  private ProcessFaults() {}

  static List<Fault> all() {
    return List.of(
        new Fault("gateway-frozen", allButOne(STRUCK, PROMPT), ProcessFaults::gatewayFrozen),
        new Fault("gateway-killed", allButOne(STRUCK, PROMPT), ProcessFaults::gatewayKilled),
        new Fault("management-killed", allServed(EITHER), ProcessFaults::managementKilled),
        new Fault("management-replaced", allServed(CONFIRMED), ProcessFaults::managementReplaced),
        new Fault("stores-killed", new Expected(ALL, ALL, REFUSED), ProcessFaults::storesKilled));
  }

  /** What was sent to it meanwhile waits in its sockets, and is answered when it wakes. */
  private static void gatewayFrozen(Scene scene) {
    TollgateProcess gateway = scene.gateway(STRUCK).process();
    scene.play(gateway::freeze, gateway::thaw);
  }

  private static void gatewayKilled(Scene scene) {
    TollgateProcess gateway = scene.gateway(STRUCK).process();
    scene.play(gateway::kill9, gateway::start);
  }

  private static void managementKilled(Scene scene) {
    TollgateProcess management = scene.deployment().management().process();
    scene.play(management::kill9, management::start);
  }

  /** Of two, the one that writes to Redis dies amid its work. */
  private static void managementReplaced(Scene scene) {
    Deployment deployment = scene.deployment();
    ManagementMember first = deployment.management();
    try (ManagementMember second = deployment.management("management-2")) {
      second.process().start();
      second.process().awaitReady();
      scene.strike(
          () -> {
            deployment.calls().callAt(second.port());
            first.process().kill9();
          });
      scene.hold();
      scene.heal(first.process()::start);
      deployment.calls().callAt(first.port());
      second.process().stop();
    } finally {
      deployment.calls().callAt(first.port());
    }
  }

  /** Nobody is served, nobody is called invalid, and who starts meanwhile stays and waits. */
  private static void storesKilled(Scene scene) {
    Deployment deployment = scene.deployment();
    TollgateProcess started = scene.gateway(STRUCK).process();
    scene.strike(
        () -> {
          deployment.redis().kill9();
          deployment.postgres().kill9();
        });
    scene.gateway(STRUCK).restart();
    scene.hold(scene.pace().hold().plus(Duration.ofSeconds(2)));
    boolean waits = waits(started);
    scene.note("a start without stores waits", waits, waits ? "live, not ready" : "it does not");
    scene.heal(
        () -> {
          deployment.redis().restart();
          deployment.postgres().restart();
        });
  }

  /** Returns whether it lives without being ready; on a busy machine a start takes long. */
  private static boolean waits(TollgateProcess started) {
    try {
      Awaiting.until(
          "it lives or has ended",
          TollgateProcess.START_DEADLINE,
          () -> started.isLive() || !started.isAlive());
    } catch (AssertionError never) {
      return false;
    }
    return started.isAlive() && !started.isReady();
  }
}
