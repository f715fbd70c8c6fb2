package io.tollgate.store;

/**
 * One question for units of an allowance, or one word that some are given up. Immutable.
 *
 * @param owner the id of a key or a subject
 * @param startMillis when the allowance's period began, in milliseconds since the epoch
 * @param number higher than that of any earlier call of this boot: an older one is not heeded
 * @param known how many units the boot has been leased in all, less those that it gives up; {@link
 *     #UNKNOWN} where it knows of none, and has used none but those that are settled
 * @param wanted how many more it would like, 0 for none
 * @param needed less than how many are of no use, at least 1
 */
public record AllowanceCall(
    String owner,
    AllowanceTerms terms,
    long startMillis,
    long number,
    long known,
    long wanted,
    long needed) {
  public static final long UNKNOWN = -1;

  /**
   * What came of it.
   *
   * @param units how many the boot has been leased in all
   * @param more how many of them are new
   * @param unsettled how many of them no batch has told of yet, be they used or not
   * @param remaining how many are left for other gateways
   */
  public record Leased(long units, long more, long unsettled, long remaining) {}
}
