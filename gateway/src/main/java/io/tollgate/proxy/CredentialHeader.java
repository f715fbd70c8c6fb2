package io.tollgate.proxy;

/** A request header that a route reads a key from, and that therefore never goes upstream. */
public enum CredentialHeader {
  /** {@code Authorization: Bearer <key>}. */
  AUTHORIZATION("authorization"),
  /** {@code X-API-Key: <key>}. */
  X_API_KEY("x-api-key");

  private final String headerName;

  CredentialHeader(String headerName) {
    this.headerName = headerName;
  }

  /** Returns the header's name in lower case, as the setting {@code credentials} spells it. */
  public String headerName() {
    return headerName;
  }
}
