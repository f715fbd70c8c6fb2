package io.tollgate.simulation;

import java.util.ArrayDeque;
import java.util.Deque;

/** One way of a connection: what goes in comes out in order, late, or not at all. */
final class Pipe {
  private final Cable cable;
  private final boolean up;
  private final Deque<Message> messages = new ArrayDeque<>();
  private final Runnable pump = this::pump;
  private boolean pumping;
  private boolean ended;
  private long newestDue;

  private record Message(long due, Runnable arrival) {}

  Pipe(Cable cable, boolean up) {
    this.cable = cable;
    this.up = up;
  }

  /** Sends a message; nothing arrives any more once the pipe has ended. */
  void send(Runnable arrival) {
    if (!ended) {
      add(arrival);
    }
  }

  private void add(Runnable arrival) {
    newestDue = Math.max(newestDue, cable.scheduler().nanos() + cable.latencyNanos());
    messages.add(new Message(newestDue, arrival));
    goOn();
  }

  void goOn() {
    Message first = messages.peek();
    if (!pumping && first != null) {
      pumping = true;
      cable.scheduler().at(first.due(), pump);
    }
  }

  private void pump() {
    pumping = false;
    if (cable.isHeld(up)) {
      // The cable's healing makes it go on.
      return;
    }
    Message first = messages.poll();
    if (first != null) {
      first.arrival().run();
    }
    goOn();
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }

  /** Loses a part of what is on its way, from some message on, and ends. */
  void breakOff() {
    Scheduler scheduler = cable.scheduler();
    for (int lost = scheduler.random.nextInt(messages.size() + 1); lost > 0; lost--) {
      messages.removeLast();
    }
    ended = true;
  }

  /** Ends with a last message. */
  void end(Runnable last) {
    if (!ended) {
      add(last);
      ended = true;
    }
  }

  /** Ends with a last message after it was broken off. */
  void tellEnd(Runnable last) {
    add(last);
  }

  /** Nobody reads any more. */
  void drop() {
    ended = true;
    messages.clear();
  }
}
