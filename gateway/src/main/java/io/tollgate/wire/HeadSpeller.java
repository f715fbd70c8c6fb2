package io.tollgate.wire;

import org.jspecify.annotations.Nullable;

/**
 * Spells the fields of an HTTP/2 request as the head that HTTP/1.1 has for it, so that {@link
 * RequestHead} reads both and neither has a meaning of its own (RFC 9113, 8.2 and 8.3).
 *
 * <p>What is malformed by HTTP/2's own rules is never spelled: it ends with its stream. The rest of
 * what a request must be is left to {@link RequestHead}, whose number of fields must then be {@link
 * #fieldCount}.
 *
 * <p>A scratch pad, confined to the event loop that owns it.
 */
public final class HeadSpeller {
  private static final int METHOD = 0;
  private static final int SCHEME = 1;
  private static final int PATH = 2;
  private static final int AUTHORITY = 3;

  /** A field of HTTP/1.1 that some clients still send beside {@code :authority}. */
  private static final int HOST = 4;

  private static final String[] PSEUDO_NAMES = {":method", ":scheme", ":path", ":authority"};
  private static final int DEL = 0x7f;

  private final HeadBuffer head = new HeadBuffer();

  /** The values of pseudo-header fields and of {@code host}, one behind the other. */
  private final HeadBuffer values = new HeadBuffer();

  private final int[] starts = new int[HOST + 1];
  private final int[] ends = new int[HOST + 1];
  private final HeadBuffer fields = new HeadBuffer();
  private final HeadBuffer cookies = new HeadBuffer();
  private int fieldCount;
  private boolean anyPseudo;
  private boolean anyField;
  private boolean anyLength;
  private boolean anyType;
  private boolean grpc;
  private boolean malformed;

  /** Forgets what was added before. */
  public void begin() {
    values.clear();
    fields.clear();
    cookies.clear();
    fieldCount = 0;
    anyPseudo = false;
    anyField = false;
    anyLength = false;
    anyType = false;
    grpc = false;
    malformed = false;
    for (int which = 0; which <= HOST; which++) {
      starts[which] = -1;
    }
  }

  /** Adds the next field, in the order in which they came. */
  public void add(
      byte[] name, int nameStart, int nameEnd, byte[] value, int valueStart, int valueEnd) {
    if (malformed || !isValue(value, valueStart, valueEnd)) {
      malformed = true;
    } else if (nameStart < nameEnd && name[nameStart] == ':') {
      malformed = anyField || !addPseudo(name, nameStart, nameEnd, value, valueStart, valueEnd);
    } else {
      anyField = true;
      malformed =
          !isName(name, nameStart, nameEnd)
              || !addField(name, nameStart, nameEnd, value, valueStart, valueEnd);
    }
  }

  /** RFC 9113, 8.2.1, no more: what else may not stand there is for the reader of heads to say. */
  static boolean isValue(byte[] bytes, int start, int end) {
    for (int at = start; at < end; at++) {
      if (bytes[at] == Octets.CR || bytes[at] == Octets.LF || bytes[at] == 0) {
        return false;
      }
    }
    return start == end || !(Octets.isSpace(bytes[start]) || Octets.isSpace(bytes[end - 1]));
  }

  static boolean isName(byte[] bytes, int start, int end) {
    for (int at = start; at < end; at++) {
      if (Octets.folded(bytes[at]) == 0 || Octets.lowered(bytes[at]) != bytes[at]) {
        return false;
      }
    }
    return start < end;
  }

  private boolean addPseudo(
      byte[] name, int nameStart, int nameEnd, byte[] value, int valueStart, int valueEnd) {
    anyPseudo = true;
    for (int which = 0; which < PSEUDO_NAMES.length; which++) {
      if (Octets.equal(name, nameStart, nameEnd, PSEUDO_NAMES[which])) {
        return note(which, value, valueStart, valueEnd);
      }
    }
    return false;
  }

  /** Takes what must stand but once, and not be empty. */
  private boolean note(int which, byte[] value, int start, int end) {
    if (starts[which] >= 0 || start == end) {
      return false;
    }
    starts[which] = values.length();
    values.put(value, start, end);
    ends[which] = values.length();
    return true;
  }

  private boolean addField(
      byte[] name, int nameStart, int nameEnd, byte[] value, int valueStart, int valueEnd) {
    switch (Field.of(name, nameStart, nameEnd)) {
      case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE -> {
        return false;
      }
      case TE -> {
        if (!Octets.equalIgnoringCase(value, valueStart, valueEnd, "trailers")) {
          return false;
        }
      }
      case HOST -> {
        return note(HOST, value, valueStart, valueEnd);
      }
      case CONTENT_LENGTH -> anyLength = true;
      case CONTENT_TYPE -> {
        grpc = anyType ? grpc : GrpcType.is(value, valueStart, valueEnd);
        anyType = true;
      }
      default -> {
        if (Octets.equal(name, nameStart, nameEnd, "cookie")) {
          addCookie(value, valueStart, valueEnd);
          return true;
        }
      }
    }
    fieldCount++;
    fields.put(name, nameStart, nameEnd).put(": ").put(value, valueStart, valueEnd).endLine();
    return true;
  }

  /** One field to HTTP/1.1, in as many crumbs as it came (RFC 9113, 8.2.3). */
  private void addCookie(byte[] value, int start, int end) {
    if (cookies.length() == 0) {
      fieldCount++;
      cookies.put("cookie: ");
    } else {
      cookies.put("; ");
    }
    cookies.put(value, start, end);
  }

  /** Returns whether what was added may stand behind a body. */
  public boolean isTrailers() {
    return !malformed && !anyPseudo && starts[HOST] < 0;
  }

  /**
   * Spells what was added.
   *
   * @param bodyFollows whether the message goes on behind its head
   * @return the head with its last empty line, a pad; or null if it is malformed
   */
  public @Nullable HeadBuffer end(boolean bodyFollows) {
    if (malformed || !isComplete()) {
      return null;
    }
    head.clear();
    spell(METHOD).put((byte) ' ');
    spell(PATH).put(" HTTP/1.1").endLine().put("host: ");
    spell(starts[AUTHORITY] >= 0 ? AUTHORITY : HOST).endLine();
    fieldCount++;
    head.put(fields);
    if (cookies.length() > 0) {
      head.put(cookies).endLine();
    }
    if (bodyFollows && !anyLength) {
      fieldCount++;
      head.field("transfer-encoding", "chunked");
    }
    return head.endLine();
  }

  private HeadBuffer spell(int which) {
    return head.put(values.bytes(), starts[which], ends[which]);
  }

  private boolean isComplete() {
    return starts[METHOD] >= 0
        && starts[SCHEME] >= 0
        && starts[PATH] >= 0
        && isMethod()
        && isScheme()
        && isPath()
        && isOneAuthority();
  }

  /** CONNECT asks for no path, so that one with a path has two meanings (RFC 9113, 8.5). */
  private boolean isMethod() {
    byte[] bytes = values.bytes();
    for (int at = starts[METHOD]; at < ends[METHOD]; at++) {
      if (Octets.folded(bytes[at]) == 0) {
        return false;
      }
    }
    return !Octets.equal(bytes, starts[METHOD], ends[METHOD], "CONNECT");
  }

  private boolean isScheme() {
    byte[] bytes = values.bytes();
    return Octets.equalIgnoringCase(bytes, starts[SCHEME], ends[SCHEME], "http")
        || Octets.equalIgnoringCase(bytes, starts[SCHEME], ends[SCHEME], "https");
  }

  /** Whatever would end the target in a request line, or is none of the two forms there are. */
  private boolean isPath() {
    byte[] bytes = values.bytes();
    for (int at = starts[PATH]; at < ends[PATH]; at++) {
      int octet = bytes[at] & 0xff;
      if (octet <= Octets.SP || octet == DEL || octet == '#') {
        return false;
      }
    }
    return bytes[starts[PATH]] == '/' || Octets.equal(bytes, starts[PATH], ends[PATH], "*");
  }

  /** A proxy that translates from HTTP/1.1 may send {@code host} alone (RFC 9113, 8.3.1). */
  private boolean isOneAuthority() {
    if (starts[AUTHORITY] < 0 || starts[HOST] < 0) {
      return starts[AUTHORITY] >= 0 || starts[HOST] >= 0;
    }
    return Octets.equalIgnoringCase(
        values.bytes(), starts[AUTHORITY], ends[AUTHORITY], starts[HOST], ends[HOST]);
  }

  /** Returns whether what was added so far is a call of gRPC's, even one that is not served. */
  public boolean isGrpc() {
    return grpc;
  }

  /** Returns how many fields were spelled. */
  public int fieldCount() {
    return fieldCount;
  }
}
