package io.tollgate.attack;

/** What the attacking client does next. After the last step it reads until the end. */
sealed interface Step {
  /** Writes these bytes; {@code {key}} and its like are filled in. */
  record Send(String text) implements Step {}

  /** Waits a moment for the request's head to reach the upstream; a proxy may buffer instead. */
  record AwaitUpstream() implements Step {}

  /** Waits a moment for the first bytes from the proxy, an interim response for example. */
  record AwaitBytes() implements Step {}

  /** Writes the text again and again, some ten times a second, until the connection is cut. */
  record Drip(String text) implements Step {}

  /** Says that nothing more will be sent, and stays to read. */
  record EndSending() implements Step {}

  /**
   * Has opened this many further connections before the attacker's own, has sent the text on each,
   * and holds them to the end.
   */
  record Crowd(int connections, String text) implements Step {}

  /** Closes the connection, whatever may still come. */
  record Leave() implements Step {}

  /** Reads nothing until the upstream's response got stuck and was given up. */
  record ReadNothing() implements Step {}
}
