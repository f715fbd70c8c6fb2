package io.tollgate.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * One process. What comes while it is paused waits, and is worked off afterwards in any order, but
 * for what came from one source, whose order is kept.
 */
final class Node {
  private static final long STEP_NANOS_MAX = 50 * Scheduler.MICRO;

  private final String name;
  private final Scheduler scheduler;
  private final Machine machine;
  private final List<Waiting> backlog = new ArrayList<>();
  private boolean paused;
  private boolean draining;
  private boolean dead;

  private record Waiting(Object source, Runnable work) {}

  Node(String name, Scheduler scheduler, Machine machine) {
    this.name = name;
    this.scheduler = scheduler;
    this.machine = machine;
  }

  Machine machine() {
    return machine;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  boolean isDead() {
    return dead;
  }

  boolean isRunning() {
    return !dead && !paused;
  }

  /** Does the work as soon as the process runs, never if it dies before. */
  void deliver(Object source, Runnable work) {
    if (dead) {
      return;
    }
    if (paused || draining) {
      backlog.add(new Waiting(source, work));
    } else {
      work.run();
    }
  }

  /** Sets a timer, by the monotonic clock. */
  void after(long nanos, Runnable work) {
    scheduler.after(machine.trueNanos(nanos), () -> deliver(machine, work));
  }

  void pause() {
    paused = true;
  }

  void goOn() {
    paused = false;
    if (!draining) {
      draining = true;
      drain();
    }
  }

  void die() {
    dead = true;
    backlog.clear();
  }

  private void drain() {
    if (dead || paused) {
      draining = false;
      return;
    }
    if (backlog.isEmpty()) {
      draining = false;
      return;
    }
    Object source = backlog.get(scheduler.random.nextInt(backlog.size())).source();
    for (int i = 0; i < backlog.size(); i++) {
      if (backlog.get(i).source().equals(source)) {
        backlog.remove(i).work().run();
        break;
      }
    }
    scheduler.after(scheduler.random.nextLong(STEP_NANOS_MAX), this::drain);
  }

  @Override
  public String toString() {
    return name;
  }
}
