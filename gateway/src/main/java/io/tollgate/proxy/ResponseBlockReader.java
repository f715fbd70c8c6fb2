package io.tollgate.proxy;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.tollgate.wire.Field;
import java.util.List;

/**
 * Reads the header blocks of an upstream's connection, in two things otherwise than Netty does: one
 * that is too large ends its stream alone, and what it says of the body's length is left as it is.
 *
 * <p>Confined to its event loop.
 */
final class ResponseBlockReader extends DefaultHttp2HeadersDecoder {
  /**
   * Up to so many times its bound a block is read to its end and let go of, since what it puts into
   * the table of fields must be known to read the next one; beyond that it is not held any more,
   * and the connection ends.
   */
  static final int READ_OVER_MAX = 4;

  ResponseBlockReader(long blockBytesMax) {
    super(true, blockBytesMax);
  }

  @Override
  public long maxHeaderListSizeGoAway() {
    return READ_OVER_MAX * maxHeaderListSize();
  }

  @Override
  protected Http2Headers newHeaders() {
    return new Fields(numberOfHeadersGuess());
  }

  /** Netty would make one length of several that are equal, and of a list: it gets to see none. */
  private static final class Fields extends DefaultHttp2Headers {
    private static final AsciiString LENGTH = AsciiString.cached(Field.CONTENT_LENGTH.lowerName());

    Fields(int sizeHint) {
      super(true, false, sizeHint);
    }

    @Override
    public List<CharSequence> getAll(CharSequence name) {
      return LENGTH.contentEqualsIgnoreCase(name) ? List.of() : super.getAll(name);
    }
  }
}
