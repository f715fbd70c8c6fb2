package io.tollgate.attack;

import java.util.List;

/**
 * What the upstream does with each request of a case.
 *
 * @param moment when it begins
 * @param pieces what it writes, piece by piece
 * @param ending what it does then
 * @param afterwards what it writes when the client has its answer and before anyone asks again
 */
record Reply(Moment moment, List<String> pieces, Ending ending, String afterwards) {
  /** How far the request must have come. */
  enum Moment {
    HEAD,
    WHOLE
  }

  /** What becomes of the connection, if it is for the upstream to say. */
  enum Ending {
    STAYS,
    CLOSES,
    /** More and more body follows until nobody takes it. */
    FLOODS
  }

  /** Answers 200 with the request's own method and target as its body. */
  static final Reply ECHO = new Reply(Moment.WHOLE, List.of(), Ending.STAYS, "");

  /** Takes the request and says nothing. */
  static final Reply SILENCE = of("");

  /** Writes these bytes when it has the whole request, and keeps the connection. */
  static Reply of(String... pieces) {
    return new Reply(Moment.WHOLE, List.of(pieces), Ending.STAYS, "");
  }

  /** Begins at the head, with the request's body still to come. */
  Reply early() {
    return new Reply(Moment.HEAD, pieces, ending, afterwards);
  }

  Reply thenCloses() {
    return new Reply(moment, pieces, Ending.CLOSES, afterwards);
  }

  Reply thenFloods() {
    return new Reply(moment, pieces, Ending.FLOODS, afterwards);
  }

  Reply thenUnasked(String bytes) {
    return new Reply(moment, pieces, ending, bytes);
  }

  boolean isEcho() {
    return pieces.isEmpty();
  }
}
