package io.tollgate.fault;

import static io.tollgate.fault.Expected.Revokes.CONFIRMED;
import static io.tollgate.fault.Expected.Revokes.PROMPT;
import static io.tollgate.fault.Expected.Revokes.REFUSED;
import static io.tollgate.fault.Expected.allServed;
import static io.tollgate.fault.Expected.oneCutOff;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** What may happen between one process and a store, while all others reach it. */
final class PathFaults {
  private static final int CUT = 0;

  /** Each way, so that much of a gateway's bound is over when it hears. */
  private static final long SLOW_MILLIS = 30;

  private PathFaults() {}

  static List<Fault> all() {
    return List.of(
        new Fault(
            "gateway-without-redis",
            allServed(PROMPT),
            scene -> play(scene, StorePath::hold, toRedis(scene))),
        new Fault(
            "gateway-without-postgres",
            allServed(PROMPT),
            scene -> play(scene, StorePath::hold, toPostgres(scene))),
        new Fault(
            "gateway-without-stores",
            oneCutOff(CUT, PROMPT),
            scene -> play(scene, StorePath::hold, toRedis(scene), toPostgres(scene))),
        new Fault(
            "gateway-deaf",
            oneCutOff(CUT, PROMPT),
            scene -> play(scene, StorePath::holdAnswers, toRedis(scene), toPostgres(scene))),
        new Fault(
            "gateway-far-from-stores",
            allServed(PROMPT),
            scene ->
                play(scene, path -> path.delay(SLOW_MILLIS), toRedis(scene), toPostgres(scene))),
        new Fault(
            "management-without-redis",
            allServed(CONFIRMED),
            scene -> play(scene, StorePath::hold, scene.deployment().management().redis())),
        new Fault(
            "management-without-postgres",
            allServed(REFUSED),
            scene -> play(scene, StorePath::hold, scene.deployment().management().postgres())),
        new Fault(
            "management-without-proof",
            new Expected(Set.of(CUT), Set.of(), REFUSED),
            PathFaults::withoutProof));
  }

  /** What the others show already, in another way; for the long form. */
  static List<Fault> variants() {
    return List.of(
        new Fault(
            "gateway-reset-from-redis",
            allServed(PROMPT),
            scene -> play(scene, StorePath::cut, toRedis(scene))),
        new Fault(
            "gateway-unheard",
            oneCutOff(CUT, PROMPT),
            scene -> play(scene, StorePath::holdQuestions, toRedis(scene), toPostgres(scene))),
        new Fault(
            "gateway-far-from-redis",
            allServed(PROMPT),
            scene -> play(scene, path -> path.delay(SLOW_MILLIS), toRedis(scene))));
  }

  private static StorePath toRedis(Scene scene) {
    return scene.gateway(CUT).redis();
  }

  private static StorePath toPostgres(Scene scene) {
    return scene.gateway(CUT).postgres();
  }

  private static void play(Scene scene, Consumer<StorePath> cause, StorePath... paths) {
    scene.play(() -> List.of(paths).forEach(cause), () -> List.of(paths).forEach(StorePath::heal));
  }

  /** Redis can't be asked, and one of those on the list does not answer: nobody can know. */
  private static void withoutProof(Scene scene) {
    StorePath toRedis = scene.deployment().management().redis();
    TollgateProcess silent = scene.gateway(CUT).process();
    scene.strike(
        () -> {
          silent.freeze();
          toRedis.hold();
        });
    // Longer than management tries, so that its answer is seen.
    scene.hold(scene.pace().hold().plus(ManagementCalls.PROOF_DEADLINE));
    boolean isPending =
        scene.revokes().stream().anyMatch(revoke -> revoke.code().equals("revocation_pending"));
    scene.note("what is not proven is pending", isPending, isPending ? "503" : "no 503 seen");
    scene.heal(
        () -> {
          silent.thaw();
          toRedis.heal();
        });
  }
}
