package io.tollgate.wire;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request, strictly read (RFC 9112, 3 and 5).
 *
 * <p>Its path is the canonical one of {@link Target}: the one spelling that both the scope check
 * and the upstream see.
 */
public final class RequestHead extends Head {
  private static final String VERSION_START = "HTTP/1.";
  private static final byte[] NOTHING = new byte[0];

  private final int lineBytesMax;
  private @Nullable Method method;
  private int minorVersion = 1;
  private boolean expectsContinue;
  private int hosts;
  private int hostField;
  private byte[] path = NOTHING;
  private int pathStart;
  private int pathEnd;
  private int queryStart;
  private int queryEnd;
  private boolean traceReplaced;

  /**
   * Makes a pad for heads within these bounds.
   *
   * @param lineBytesMax the longest request line
   * @param fieldsMax the most fields
   */
  public RequestHead(int lineBytesMax, int fieldsMax) {
    super(fieldsMax);
    this.lineBytesMax = lineBytesMax;
  }

  @Override
  void reset() {
    super.reset();
    method = null;
    minorVersion = 1;
    expectsContinue = false;
    hosts = 0;
    pathStart = 0;
    pathEnd = 0;
    queryStart = 0;
    queryEnd = 0;
    traceReplaced = false;
  }

  @Override
  int parseStartLine(byte[] head, int length) {
    // One empty line before a request is left over by some clients (RFC 9112, 2.2).
    int start = head[0] == Octets.CR && head[1] == Octets.LF ? 2 : 0;
    int at = start;
    while (Octets.folded(head[at]) != 0) {
      at++;
    }
    if (at == start || head[at] != Octets.SP) {
      return fail(Malformed.REQUEST_LINE);
    }
    method = Method.find(head, start, at);
    int targetStart = at + 1;
    at = targetStart;
    while (head[at] != Octets.SP && head[at] != Octets.CR && head[at] != Octets.LF && at < length) {
      at++;
    }
    int targetEnd = at;
    if (targetEnd == targetStart || head[at] != Octets.SP) {
      return fail(Malformed.REQUEST_LINE);
    }
    int lineEnd = parseVersion(head, at + 1);
    if (lineEnd == 0) {
      return 0;
    }
    if (lineEnd > lineBytesMax) {
      return fail(Malformed.REQUEST_LINE_TOO_LONG);
    }
    return parseTarget(head, targetStart, targetEnd) ? lineEnd + 2 : fail(Malformed.TARGET);
  }

  private int parseVersion(byte[] head, int start) {
    int digit = start + VERSION_START.length();
    if (digit >= head.length - 2 || !Octets.equal(head, start, digit, VERSION_START)) {
      return fail(isOtherVersion(head, start) ? Malformed.VERSION : Malformed.REQUEST_LINE);
    }
    if (head[digit + 1] != Octets.CR || head[digit + 2] != Octets.LF) {
      return fail(Malformed.REQUEST_LINE);
    }
    minorVersion = head[digit] - '0';
    if (minorVersion != 0 && minorVersion != 1) {
      return fail(Malformed.VERSION);
    }
    return digit + 1;
  }

  private static boolean isOtherVersion(byte[] head, int start) {
    int slash = start + "HTTP/".length();
    return slash + 1 < head.length
        && Octets.equal(head, start, slash, "HTTP/")
        && head[slash] >= '0'
        && head[slash] <= '9';
  }

  private boolean parseTarget(byte[] head, int start, int end) {
    int at = start;
    while (at < end && Octets.isInPath(head[at])) {
      at++;
    }
    if (at < end && head[at] != '?') {
      return parseUnusualTarget(head, start, end);
    }
    path = head;
    pathStart = start;
    pathEnd = at;
    queryStart = at;
    queryEnd = end;
    return Target.isPath(head, start, at) && Target.isQuery(head, at, end);
  }

  /** One that must be decoded first, or is none. */
  private boolean parseUnusualTarget(byte[] head, int start, int end) {
    Target target = Target.parse(Octets.text(head, start, end));
    if (target == null) {
      return false;
    }
    path = target.path().getBytes(StandardCharsets.US_ASCII);
    pathStart = 0;
    pathEnd = path.length;
    queryStart = end - target.query().length();
    queryEnd = end;
    return true;
  }

  @Override
  @Nullable Malformed takeField(int index) {
    return switch (field(index)) {
      case HOST -> takeHost(index);
      case EXPECT -> takeExpectation(index);
      default -> null;
    };
  }

  private @Nullable Malformed takeHost(int index) {
    hosts++;
    hostField = index;
    boolean valid = hosts == 1 && Host.isHost(bytes(), valueStart(index), valueEnd(index));
    return valid ? null : Malformed.HOST;
  }

  private @Nullable Malformed takeExpectation(int index) {
    if (expectsContinue || !isValue(index, "100-continue")) {
      return Malformed.EXPECTATION;
    }
    expectsContinue = true;
    return null;
  }

  @Override
  @Nullable Malformed complete() {
    if (hosts == 0 && minorVersion == 1) {
      return Malformed.HOST;
    }
    return frame(minorVersion == 1, Framing.NONE);
  }

  /** Returns the method, or null if it is none that is ever forwarded. */
  public @Nullable Method method() {
    return method;
  }

  /** Returns whether the client speaks HTTP/1.0, which knows neither chunks nor reuse. */
  public boolean isHttp10() {
    return minorVersion == 0;
  }

  /** Returns whether it may be sent twice: safe to repeat (RFC 9110, 9.2.2) and without a body. */
  public boolean isRepeatable() {
    return framing() == Framing.NONE && method != null && method.isIdempotent();
  }

  /** Returns whether the client waits to be asked for the body (RFC 9110, 10.1.1). */
  public boolean expectsContinue() {
    return expectsContinue && minorVersion == 1;
  }

  /** Returns whether the client may send another request on this connection. */
  public boolean keepsAlive() {
    return minorVersion == 1 && !isClose();
  }

  /** Returns the index of the {@code Host} field, or -1 if there is none (HTTP/1.0). */
  public int hostField() {
    return hosts == 0 ? -1 : hostField;
  }

  /** Returns the array that holds the canonical path; see {@link #pathStart} and the next. */
  public byte[] path() {
    return path;
  }

  public int pathStart() {
    return pathStart;
  }

  public int pathEnd() {
    return pathEnd;
  }

  /** Returns the canonical path as text; allocates. */
  public String pathText() {
    return Octets.text(path, pathStart, pathEnd);
  }

  /** Writes the canonical path, and the query as it came. */
  public void writeTarget(HeadBuffer out) {
    out.put(path, pathStart, pathEnd);
    out.put(bytes(), queryStart, queryEnd);
  }

  /** Says that the edge writes a {@code traceparent} of its own in the place of the client's. */
  public void replaceTrace() {
    traceReplaced = true;
  }

  boolean isTraceReplaced() {
    return traceReplaced;
  }

  /** Returns whether it is a browser's question whether it may ask (Fetch, CORS-preflight). */
  public boolean isPreflight() {
    return method == Method.OPTIONS
        && framing() == Framing.NONE
        && indexOf(Field.ORIGIN) >= 0
        && indexOf(Field.ACCESS_CONTROL_REQUEST_METHOD) >= 0;
  }
}
