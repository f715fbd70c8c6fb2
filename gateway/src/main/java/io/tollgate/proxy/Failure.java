package io.tollgate.proxy;

/** Why an exchange with an upstream gave no response that could be passed on. */
public enum Failure {
  /** No connection could be made. */
  UNREACHABLE,
  /** It hung up, or spoke something that is no HTTP/1.1 response. */
  BROKEN,
  /** It accepted the request and did not answer in time. */
  SILENT,
  /** All its connections are in use and the queue for them is full. */
  BUSY,
  /** The client began a body and stopped sending it. */
  CLIENT_SILENT
}
