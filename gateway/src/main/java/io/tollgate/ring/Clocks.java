package io.tollgate.ring;

/** The two clocks of a machine. Safe for all threads. */
public interface Clocks {
  /** The clocks of this machine. */
  Clocks SYSTEM =
      new Clocks() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public long millis() {
          return System.currentTimeMillis();
        }
      };

  /** Returns the time by the monotonic clock, in nanoseconds from no fixed origin. */
  long nanos();

  /** Returns the time by the wall clock, in milliseconds since the epoch. */
  long millis();

  /** Returns the time by both. */
  default Moment now() {
    return new Moment(nanos(), millis());
  }
}
