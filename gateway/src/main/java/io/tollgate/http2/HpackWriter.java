package io.tollgate.http2;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Writes header blocks by HPACK (RFC 7541) without a table of its own: known names by their number,
 * all else as it is. A table would have to be kept for each connection and searched for each field,
 * and what one response leaves in it says something of the next.
 *
 * <p>Confined to the event loop of its connection.
 */
public final class HpackWriter implements Http2HeadersEncoder, Http2HeadersEncoder.Configuration {
  private static final int STATUS_INDEX = 8;
  private static final int INDEXED = 0x80;
  private static final int TABLE_SIZE_ZERO = 0x20;
  private static final int NAME_PREFIX_MAX = 0x0f;
  private static final int LENGTH_PREFIX_MAX = 0x7f;
  private static final int STATUS_DIGITS = 3;

  /** The statuses that have a number of their own, from {@link #STATUS_INDEX} on. */
  private static final int[] STATUSES = {200, 204, 206, 304, 400, 404, 500};

  private static final int NAMES_FROM = 15;

  /** RFC 7541, appendix A, from {@link #NAMES_FROM} on. */
  private static final String[] NAMES = {
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "accept",
    "access-control-allow-origin",
    "age",
    "allow",
    "authorization",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-range",
    "content-type",
    "cookie",
    "date",
    "etag",
    "expect",
    "expires",
    "from",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-modified",
    "link",
    "location",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "range",
    "referer",
    "refresh",
    "retry-after",
    "server",
    "set-cookie",
    "strict-transport-security",
    "transfer-encoding",
    "user-agent",
    "vary",
    "via",
    "www-authenticate"
  };

  private static final int LONGEST = "access-control-allow-origin".length();

  /** The numbers of the names of each length. */
  private static final int[][] BY_LENGTH = byLength();

  private static final byte[][] NAME_BYTES = nameBytes();

  private long tableSizeMax = Http2CodecUtil.DEFAULT_HEADER_TABLE_SIZE;
  private long listSizeMax = Http2CodecUtil.MAX_HEADER_LIST_SIZE;
  private boolean tellsTableSize;

  private static byte[][] nameBytes() {
    byte[][] all = new byte[NAMES.length][];
    for (int i = 0; i < NAMES.length; i++) {
      all[i] = NAMES[i].getBytes(StandardCharsets.US_ASCII);
    }
    return all;
  }

  private static int[][] byLength() {
    int[][] table = new int[LONGEST + 1][];
    for (int length = 0; length <= LONGEST; length++) {
      int wanted = length;
      table[length] =
          IntStream.range(0, NAMES.length).filter(i -> NAMES[i].length() == wanted).toArray();
    }
    return table;
  }

  @Override
  public void encodeHeaders(int streamId, Http2Headers headers, ByteBuf to) {
    var block = (Block) headers;
    if (tellsTableSize) {
      tellsTableSize = false;
      to.writeByte(TABLE_SIZE_ZERO);
    }
    if (block.statusCode() > 0) {
      writeStatus(block.statusCode(), to);
    }
    byte[] bytes = block.fields().bytes();
    int end = block.fields().length();
    int at = 0;
    while (at < end) {
      at = writeField(bytes, at, to);
    }
  }

  private static void writeStatus(int status, ByteBuf to) {
    for (int i = 0; i < STATUSES.length; i++) {
      if (STATUSES[i] == status) {
        to.writeByte(INDEXED | (STATUS_INDEX + i));
        return;
      }
    }
    to.writeByte(STATUS_INDEX).writeByte(STATUS_DIGITS);
    to.writeByte('0' + status / 100).writeByte('0' + status / 10 % 10).writeByte('0' + status % 10);
  }

  /** Writes the field that begins there and returns where the next does. */
  private static int writeField(byte[] bytes, int nameStart, ByteBuf to) {
    int at = nameStart;
    while (bytes[at] != ':') {
      // All that may stand in a name and has a letter's other case is a letter.
      if (bytes[at] >= 'A' && bytes[at] <= 'Z') {
        bytes[at] = (byte) (bytes[at] + ('a' - 'A'));
      }
      at++;
    }
    int index = indexOf(bytes, nameStart, at);
    if (index > 0) {
      writeInteger(index, NAME_PREFIX_MAX, to);
    } else {
      to.writeByte(0);
      writeText(bytes, nameStart, at, to);
    }
    int valueStart = at + 2;
    at = valueStart;
    while (bytes[at] != '\r') {
      at++;
    }
    writeText(bytes, valueStart, at, to);
    return at + 2;
  }

  private static int indexOf(byte[] bytes, int start, int end) {
    int length = end - start;
    if (length > LONGEST) {
      return 0;
    }
    for (int i : BY_LENGTH[length]) {
      if (Arrays.equals(NAME_BYTES[i], 0, length, bytes, start, end)) {
        return NAMES_FROM + i;
      }
    }
    return 0;
  }

  private static void writeText(byte[] bytes, int start, int end, ByteBuf to) {
    writeInteger(end - start, LENGTH_PREFIX_MAX, to);
    to.writeBytes(bytes, start, end - start);
  }

  /** RFC 7541, 5.1; the bits above the prefix are all zero in what is written here. */
  private static void writeInteger(int value, int prefixMax, ByteBuf to) {
    if (value < prefixMax) {
      to.writeByte(value);
      return;
    }
    to.writeByte(prefixMax);
    int rest = value - prefixMax;
    while (rest >= 0x80) {
      to.writeByte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    to.writeByte(rest);
  }

  @Override
  public Configuration configuration() {
    return this;
  }

  /** The reader's table may not be as large as it is by default: it waits to hear what it is. */
  @Override
  public void maxHeaderTableSize(long max) {
    tellsTableSize |= max < tableSizeMax;
    tableSizeMax = max;
  }

  @Override
  public long maxHeaderTableSize() {
    return tableSizeMax;
  }

  @Override
  public void maxHeaderListSize(long max) {
    listSizeMax = max;
  }

  @Override
  public long maxHeaderListSize() {
    return listSizeMax;
  }
}
