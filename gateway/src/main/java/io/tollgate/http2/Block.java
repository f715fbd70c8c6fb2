package io.tollgate.http2;

import io.netty.util.AsciiString;
import io.tollgate.wire.HeadBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A header block that is to be written: a status, or none, and fields spelled as HTTP/1.1 has them.
 *
 * <p>Confined to its event loop.
 */
public final class Block extends BareHeaders {
  private static final AsciiString INTERIM = AsciiString.cached("100");
  private static final AsciiString FINAL = AsciiString.cached("200");

  private final int status;
  private final HeadBuffer fields;

  private Block(int status, HeadBuffer fields) {
    this.status = status;
    this.fields = fields;
  }

  /** Makes the head of a response; its fields are a pad that is read when it is written. */
  public static Block head(int status, HeadBuffer fields) {
    return new Block(status, fields);
  }

  /** Makes trailers, which may wait for the body before them and so are a copy. */
  public static Block trailers(HeadBuffer fields) {
    return new Block(0, new HeadBuffer().put(fields));
  }

  int statusCode() {
    return status;
  }

  HeadBuffer fields() {
    return fields;
  }

  /** Netty only asks whether another head may follow. */
  @Override
  public @Nullable CharSequence status() {
    if (status == 0) {
      return null;
    }
    return status < 200 ? INTERIM : FINAL;
  }
}
