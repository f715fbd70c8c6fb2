package io.tollgate.tls;

/** A file of TLS can't be used; the message is one sentence that names it, and holds no secret. */
public final class TlsFault extends RuntimeException {
  private static final long serialVersionUID = 1;

  TlsFault(String message) {
    super(message);
  }
}
