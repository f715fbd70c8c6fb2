package io.tollgate.store;

/**
 * How far the projection in Redis has come.
 *
 * @param epoch names the history of the change log that the number belongs to
 * @param mark names one unbroken sequence of writes to one data set; never used again for another
 * @param position the change up to which the projection is whole
 */
public record Applied(String epoch, String mark, LogPosition position) {
  public long number() {
    return position.number();
  }
}
