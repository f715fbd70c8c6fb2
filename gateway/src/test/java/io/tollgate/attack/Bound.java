package io.tollgate.attack;

/**
 * A bound, or a trust, that not every proxy has; a case that needs one runs where it is configured.
 */
public enum Bound {
  /** The whole head must be there within a second or so of its first byte. */
  HEAD_TIMEOUT,
  /** A body that dribbles in is cut, however steadily. */
  BODY_RATE,
  /** A client that does not read its response is cut. */
  STALLED_RESPONSE,
  /** A connection on which nothing moves is closed. */
  IDLE_TIMEOUT,
  /** An upstream that says nothing is given up. */
  RESPONSE_TIMEOUT,
  /** At most {@value #PER_ADDRESS_MAX} connections from one address. */
  CONNECTIONS_PER_ADDRESS,
  /** The client's own address and {@code 10.0.0.0/8} are those of proxies that are believed. */
  TRUSTED_PROXIES;

  public static final int PER_ADDRESS_MAX = 64;
}
