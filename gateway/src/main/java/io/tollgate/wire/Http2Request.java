package io.tollgate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.List;

/** Turns a request's head, as the forwarder has rebuilt it, into what HTTP/2 sends of it. */
public final class Http2Request {
  private static final AsciiString HOST = AsciiString.cached(Field.HOST.lowerName());
  private static final AsciiString TRANSFER_ENCODING =
      AsciiString.cached(Field.TRANSFER_ENCODING.lowerName());
  private static final AsciiString TE = AsciiString.cached(Field.TE.lowerName());
  private static final String TRAILERS = "trailers";
  private static final AsciiString TRAILERS_VALUE = AsciiString.cached(TRAILERS);

  /** What is worth guessing byte by byte must not stand in a table that many requests share. */
  private static final List<AsciiString> SECRETS =
      List.of(
          AsciiString.cached(Field.AUTHORIZATION.lowerName()),
          AsciiString.cached(Field.X_API_KEY.lowerName()),
          AsciiString.cached("cookie"),
          AsciiString.cached("tollgate-principal"));

  private Http2Request() {}

  /** Returns whether the client says that it takes trailers (RFC 9110, 10.1.4). */
  public static boolean takesTrailers(RequestHead from) {
    for (int i = 0; i < from.fieldCount(); i++) {
      if (from.field(i) == Field.TE
          && Arrays.stream(from.value(i).split(",", -1))
              .anyMatch(coding -> coding.strip().equalsIgnoreCase(TRAILERS))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the fields of a head.
   *
   * @param head our own: a line with method and target, then whole fields, {@code Host} among them
   * @param scheme of the upstream
   * @param trailers whether the client takes trailers
   */
  public static Http2Headers fields(ByteBuf head, AsciiString scheme, boolean trailers) {
    byte[] bytes = new byte[head.readableBytes()];
    head.getBytes(head.readerIndex(), bytes);
    Http2Headers fields = new DefaultHttp2Headers(false);
    int methodEnd = indexOf(bytes, 0, Octets.SP);
    int targetEnd = indexOf(bytes, methodEnd + 1, Octets.SP);
    fields.method(text(bytes, 0, methodEnd));
    fields.scheme(scheme);
    fields.path(text(bytes, methodEnd + 1, targetEnd));
    int at = indexOf(bytes, targetEnd, Octets.LF) + 1;
    while (bytes[at] != Octets.CR) {
      int end = indexOf(bytes, at, Octets.CR);
      addField(fields, bytes, at, end);
      at = end + 2;
    }
    if (trailers) {
      fields.add(TE, TRAILERS_VALUE);
    }
    return fields;
  }

  private static void addField(Http2Headers fields, byte[] bytes, int start, int end) {
    int nameEnd = indexOf(bytes, start, (byte) ':');
    for (int i = start; i < nameEnd; i++) {
      bytes[i] = Octets.lowered(bytes[i]);
    }
    AsciiString name = text(bytes, start, nameEnd);
    AsciiString value = text(bytes, nameEnd + 2, end);
    if (name.equals(HOST)) {
      fields.authority(value);
    } else if (!name.equals(TRANSFER_ENCODING)) {
      fields.add(name, value);
    }
  }

  /** Returns whether a field must not be kept by who packs headers. */
  public static boolean isSecret(CharSequence name) {
    for (AsciiString secret : SECRETS) {
      if (secret.contentEquals(name)) {
        return true;
      }
    }
    return false;
  }

  private static int indexOf(byte[] bytes, int start, byte sought) {
    int at = start;
    while (bytes[at] != sought) {
      at++;
    }
    return at;
  }

  private static AsciiString text(byte[] bytes, int start, int end) {
    return new AsciiString(bytes, start, end - start, false);
  }
}
