package io.tollgate.edge;

/** What happens on a client's connection. */
enum ClientState {
  /** A head is waited for, or comes in. */
  HEAD,
  /** The edge decides; the body stays with the client. */
  DECIDING,
  /** The body goes to the upstream. */
  SENDING,
  /** The request has come whole; the response is waited for, or goes out. */
  RESPONDING,
  /** The response is out; the rest of the body is read and dropped. */
  DISCARDING,
  /** All is said; what the client may still send is dropped until it closes, too. */
  LINGERING,
  CLOSED
}
