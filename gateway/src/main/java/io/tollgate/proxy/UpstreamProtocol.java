package io.tollgate.proxy;

/** What is spoken with an upstream. */
public enum UpstreamProtocol {
  HTTP1("http1"),
  /** By ALPN where the URL says {@code https}, else by prior knowledge; nothing else is tried. */
  HTTP2("http2");

  private final String text;

  UpstreamProtocol(String text) {
    this.text = text;
  }

  /** Returns how the setting {@code protocol} spells it. */
  public String text() {
    return text;
  }
}
