package io.tollgate.fault;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** All that the clients have seen, kept apart from what the deployment says of itself. */
final class Book {
  private final Queue<Use> uses = new ConcurrentLinkedQueue<>();
  private final Queue<Revoke> revokes = new ConcurrentLinkedQueue<>();

  void add(Use use) {
    uses.add(use);
  }

  void add(Revoke revoke) {
    revokes.add(revoke);
  }

  List<Use> uses() {
    return List.copyOf(uses);
  }

  List<Revoke> revokes() {
    return List.copyOf(revokes);
  }

  /** Begins a new page; what is under way is written on it. */
  void clear() {
    uses.clear();
    revokes.clear();
  }
}
