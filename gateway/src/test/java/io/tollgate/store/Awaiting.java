package io.tollgate.store;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** The one way in which tests wait: a condition is asked again until it holds or time is up. */
public final class Awaiting {
  private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

  private Awaiting() {}

  /**
   * Returns when the condition holds.
   *
   * @param what completes "within the deadline it never came that …"
   * @param condition may throw while it does not hold yet; the last failure is told in the end
   */
  public static void until(String what, Duration deadline, Callable<Boolean> condition) {
    long startNanos = System.nanoTime();
    Throwable last = null;
    do {
      try {
        if (condition.call()) {
          return;
        }
        last = null;
      } catch (Exception | AssertionError e) {
        last = e;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    } while (System.nanoTime() - startNanos < deadline.toNanos());
    throw new AssertionError("within " + deadline + " it never came that " + what, last);
  }

  /** Returns when the condition holds, which it must within ten seconds. */
  public static void until(String what, Callable<Boolean> condition) {
    until(what, Duration.ofSeconds(10), condition);
  }
}
