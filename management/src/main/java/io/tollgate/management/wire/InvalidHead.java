package io.tollgate.management.wire;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpServerRequest;

/**
 * What is wrong with a head that can't be read.
 *
 * @param detail a sentence
 */
public record InvalidHead(int status, String detail) {
  /** Longest first line; a filter of a directory's users may be as long. */
  public static final int LINE_BYTES_MAX = 20_480;

  /** Of all headers together. */
  public static final int HEADERS_BYTES_MAX = 16_384;

  /** Returns what is wrong with a request that the listener could not read. */
  public static InvalidHead of(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    if (cause instanceof TooLongHttpLineException) {
      return new InvalidHead(
          414, "The request's first line may have " + LINE_BYTES_MAX + " bytes, had more.");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return new InvalidHead(
          431, "The request's headers may have " + HEADERS_BYTES_MAX + " bytes, had more.");
    }
    return new InvalidHead(400, "The request's head is not well-formed HTTP.");
  }
}
