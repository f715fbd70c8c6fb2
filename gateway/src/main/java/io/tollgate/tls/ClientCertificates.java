package io.tollgate.tls;

/** What becomes of a client that shows no certificate where an authority is named for them. */
public enum ClientCertificates {
  /** It gets no connection. */
  REQUIRED,
  /** It is served as if nobody had asked. */
  OPTIONAL
}
