package io.tollgate.wire;

import io.netty.handler.codec.http2.Http2Headers;
import java.util.Map;

/** Spells what comes of a response by HTTP/2 as HTTP/1.1 has it, for {@link ResponseHead}. */
public final class Http2Response {
  private static final String STATUS = ":status";
  private static final int STATUS_DIGITS = 3;

  private Http2Response() {}

  /**
   * Spells a head. Where it says nothing of the body's length, the framing is added that means the
   * same: chunks, or a length of zero if nothing follows.
   *
   * @param last whether the stream ended with it
   * @param toHead whether it answers a request to {@code HEAD}
   * @return whether it is well-formed as far as HTTP/2 says
   */
  public static boolean spellHead(Http2Headers from, boolean last, boolean toHead, HeadBuffer to) {
    CharSequence status = from.status();
    if (status == null || !isStatus(status)) {
      return false;
    }
    to.clear().put("HTTP/1.1 ");
    to.put(status.toString()).put(Octets.SP).endLine();
    boolean counted = false;
    boolean seen = false;
    for (Map.Entry<CharSequence, CharSequence> field : from) {
      CharSequence name = field.getKey();
      if (Http2Fields.isPseudo(name)) {
        if (seen || !STATUS.contentEquals(name)) {
          return false;
        }
        seen = true;
      } else if (!Http2Fields.putLine(name, field.getValue(), to)) {
        return false;
      }
      counted |= Field.CONTENT_LENGTH.lowerName().contentEquals(name);
    }
    if (!counted && mayBeFramed(status)) {
      frame(last, toHead, to);
    }
    to.endLine();
    return true;
  }

  private static boolean isStatus(CharSequence status) {
    for (int i = 0; i < status.length(); i++) {
      if (status.charAt(i) < '0' || status.charAt(i) > '9') {
        return false;
      }
    }
    return status.length() == STATUS_DIGITS;
  }

  private static boolean mayBeFramed(CharSequence status) {
    boolean interim = status.charAt(0) == '1';
    return !interim && !"204".contentEquals(status) && !"304".contentEquals(status);
  }

  private static void frame(boolean last, boolean toHead, HeadBuffer to) {
    if (!last) {
      to.field(Field.TRANSFER_ENCODING.lowerName(), "chunked");
    } else if (!toHead) {
      to.field(Field.CONTENT_LENGTH.lowerName(), "0");
    }
  }

  /**
   * Spells trailers as a head of their own, which {@link Rebuild#copyResponse} takes what may pass
   * of.
   *
   * @return whether they are well-formed
   */
  public static boolean spellTrailers(Http2Headers from, HeadBuffer to) {
    to.clear().put("HTTP/1.1 204 ").endLine();
    for (Map.Entry<CharSequence, CharSequence> field : from) {
      if (!Http2Fields.putLine(field.getKey(), field.getValue(), to)) {
        return false;
      }
    }
    to.endLine();
    return true;
  }
}
