package io.tollgate.store;

/**
 * A place in the change log: a number, and the random id of the change that took it.
 *
 * <p>Two histories of one log (Postgres restored to the past, then changed anew) use the same
 * numbers, but never the same ids.
 *
 * @param number counts changes from 1; 0 is the place before all of them
 * @param id empty at 0
 */
public record LogPosition(long number, String id) {
  public static final LogPosition START = new LogPosition(0, "");

  public LogPosition {
    if (number < 0) {
      throw new IllegalArgumentException("a change's number is not negative, was " + number);
    }
  }
}
