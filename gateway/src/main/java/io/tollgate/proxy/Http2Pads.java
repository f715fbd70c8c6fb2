package io.tollgate.proxy;

import io.netty.handler.codec.http2.Http2Headers;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.Http2Response;
import io.tollgate.wire.Rebuild;
import io.tollgate.wire.ResponseHead;
import org.jspecify.annotations.Nullable;

/**
 * What the responses of all HTTP/2 upstreams of one event loop are read with, each in one go.
 *
 * <p>Confined to that event loop.
 */
final class Http2Pads {
  private final ResponseHead head;
  private final HeadBuffer spelled = new HeadBuffer();
  private final HeadBuffer passing = new HeadBuffer();

  Http2Pads(ResponseHead head) {
    this.head = head;
  }

  /**
   * Returns a response's head, or null if it is malformed.
   *
   * @param last whether the stream ended with it
   */
  @Nullable ResponseHead readHead(Http2Headers fields, boolean last, boolean toHead) {
    head.expect(toHead);
    boolean wellFormed =
        Http2Response.spellHead(fields, last, toHead, spelled) && head.parse(spelled) == null;
    return wellFormed ? head : null;
  }

  /** Returns the trailers that may pass, as whole lines, or null if they are malformed. */
  @Nullable HeadBuffer readTrailers(Http2Headers fields) {
    if (!Http2Response.spellTrailers(fields, spelled) || head.parse(spelled) != null) {
      return null;
    }
    Rebuild.copyResponse(head, passing.clear());
    return passing;
  }
}
