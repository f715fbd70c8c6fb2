package io.tollgate.load;

import java.io.IOException;
import java.nio.file.Files;

/** The generator by itself: one slot in a closed loop, or at a rate, on each peer of the plan. */
public final class Load {
  private Load() {}

  /** Takes the options of {@link Plan}; prints one line of JSON a peer. */
  public static void main(String[] arguments) throws IOException {
    Plan plan = Plan.parse(arguments);
    KeyFile keys = KeyFile.read(plan.keys());
    byte[] body = Files.readAllBytes(plan.body());
    try (var generator = new Generator(plan.path(), body, keys, plan.upstreamPid(), plan.wire())) {
      for (Peer peer : plan.peers()) {
        var slot =
            new Slot(peer, plan.connections(), plan.warmUpOfNatives(), plan.slot(), plan.rate());
        System.out.println(generator.run(slot).toJson().encode());
      }
    }
  }
}
