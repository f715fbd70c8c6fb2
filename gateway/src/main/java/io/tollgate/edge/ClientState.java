package io.tollgate.edge;

/** What happens on a client's connection. */
enum ClientState {
  /** A head is waited for, or comes in. */
  HEAD(true),
  /** The edge decides; the body stays with the client. */
  DECIDING(false),
  /** The body goes to the upstream. */
  SENDING(false),
  /** The request has come whole; the response is waited for, or goes out. */
  RESPONDING(false),
  /** The response is out; the rest of the body is read and dropped. */
  DISCARDING(true),
  /** All is said; what the client may still send is dropped until it closes, too. */
  LINGERING(true),
  CLOSED(false);

  private final boolean timed;

  ClientState(boolean timed) {
    this.timed = timed;
  }

  /** Returns whether the client is waited for, under a deadline of the connection's own. */
  boolean isTimed() {
    return timed;
  }
}
