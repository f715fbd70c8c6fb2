package io.tollgate.fault;

import java.util.List;

/**
 * One fault as it went, with all that the clients saw of it. Immutable.
 *
 * @param quietNanos when all was well, the load had settled and the clients began to be judged
 * @param struckNanos right before the fault was brought about
 * @param lastsNanos when it had been brought about
 * @param curedNanos right before what caused it was taken away
 * @param healedNanos when it had been taken away
 * @param recoveredNanos when every process said that it is whole again
 * @param unconfirmed how many revocations could not be confirmed even then
 */
record Act(
    String fault,
    Expected expected,
    long quietNanos,
    long struckNanos,
    long lastsNanos,
    long curedNanos,
    long healedNanos,
    long recoveredNanos,
    long unconfirmed,
    List<Use> uses,
    List<Revoke> revokes,
    List<LongExchange.Seen> exchanges) {
  Act {
    uses = List.copyOf(uses);
    revokes = List.copyOf(revokes);
    exchanges = List.copyOf(exchanges);
  }
}
