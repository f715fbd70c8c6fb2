package io.tollgate.http2;

import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.tollgate.wire.HeadSpeller;

/**
 * Reads the header blocks of one connection, each into the speller of heads, as it is decoded.
 *
 * <p>Confined to its event loop.
 */
public final class RequestBlockReader extends DefaultHttp2HeadersDecoder {
  private final Http2Headers sink;
  private final HeadSpeller speller;

  /**
   * Makes the reader of a connection.
   *
   * @param speller a pad: what it holds is to be used before the next block is read
   * @param blockBytesMax the most that a block may have, as RFC 9113, 6.5.2 counts
   */
  public RequestBlockReader(HeadSpeller speller, long blockBytesMax) {
    super(false, blockBytesMax);
    this.speller = speller;
    sink = new Sink();
  }

  /** Names, values and their order are the speller's to judge. */
  @Override
  protected Http2Headers newHeaders() {
    speller.begin();
    return sink;
  }

  private final class Sink extends BareHeaders {
    @Override
    public Http2Headers add(CharSequence name, CharSequence value) {
      AsciiString from = AsciiString.of(name);
      AsciiString said = AsciiString.of(value);
      speller.add(
          from.array(),
          from.arrayOffset(),
          from.arrayOffset() + from.length(),
          said.array(),
          said.arrayOffset(),
          said.arrayOffset() + said.length());
      return this;
    }
  }
}
