package io.tollgate.fault;

/** A key as its owner holds it, with what is known of its revocation. Safe for all threads. */
final class IssuedKey {
  private final String id;
  private final String secret;
  private final byte[] request;
  private volatile long revokeSentNanos = Stopwatch.NEVER;
  private volatile long revokedNanos = Stopwatch.NEVER;

  IssuedKey(String id, String secret) {
    this(id, secret, "/");
  }

  /** Takes the path that it is used for. */
  IssuedKey(String id, String secret, String path) {
    this.id = id;
    this.secret = secret;
    request = HttpConnection.get(path, "X-API-Key: " + secret);
  }

  String id() {
    return id;
  }

  String secret() {
    return secret;
  }

  /** Returns the bytes of a request that carries it. */
  byte[] request() {
    return request;
  }

  /** Whoever revokes it is about to say so for the first time. */
  void revokeSent(long nanos) {
    if (revokeSentNanos == Stopwatch.NEVER) {
      revokeSentNanos = nanos;
    }
  }

  /** Management has answered 2xx, read at that moment. */
  void revoked(long nanos) {
    if (revokedNanos == Stopwatch.NEVER) {
      revokedNanos = nanos;
    }
  }

  /** The revocation has gone from Postgres: it must be asked for again to count. */
  void revocationLost() {
    revokedNanos = Stopwatch.NEVER;
  }

  long revokeSentNanos() {
    return revokeSentNanos;
  }

  long revokedNanos() {
    return revokedNanos;
  }

  boolean isRevoked() {
    return revokedNanos != Stopwatch.NEVER;
  }

  @Override
  public String toString() {
    return id;
  }
}
