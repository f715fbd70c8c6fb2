package io.tollgate.ring;

import io.vertx.core.Promise;

/** One look-up under way. Confined to the context of the look-ups. */
final class Lookup {
  private final Moment sent;
  private final Promise<Verdict> verdict = Promise.promise();
  private Moment oldest;

  Lookup(Moment sent) {
    this.sent = sent;
    oldest = sent;
  }

  Moment sent() {
    return sent;
  }

  /** Returns the moment since which what the answer rests on may have changed unnoticed. */
  Moment oldest() {
    return oldest;
  }

  /** The answer rests on something that was true at that moment. */
  void isAsOldAs(Moment moment) {
    if (moment.isBefore(oldest)) {
      oldest = moment;
    }
  }

  Promise<Verdict> verdict() {
    return verdict;
  }
}
