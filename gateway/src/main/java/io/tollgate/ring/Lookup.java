package io.tollgate.ring;

import io.vertx.core.Promise;

/** One look-up under way. Confined to the context of the look-ups. */
final class Lookup {
  private final Moment sent;
  private final boolean foreign;
  private final Promise<Verdict> verdict = Promise.promise();
  private Moment oldest;

  Lookup(Moment sent) {
    this(sent, false);
  }

  private Lookup(Moment sent, boolean foreign) {
    this.sent = sent;
    this.foreign = foreign;
    oldest = sent;
  }

  /** Begins one of a secret that was not issued here. */
  static Lookup foreign(Moment sent) {
    return new Lookup(sent, true);
  }

  /**
   * Returns whether the secret was not issued here: an imported key alone may have it. One of our
   * own whose tag does not fit is of a retired pepper, which ended it.
   */
  boolean isForeign() {
    return foreign;
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
