package io.tollgate.wire;

/**
 * The client's trace (W3C Trace Context): passed on if it is well-formed, and the edge's own spans,
 * where it makes some, are part of it; else dropped whole, as the recommendation asks (section
 * 3.2).
 */
public final class TraceContext {
  /** {@code version-traceid-parentid-flags}, in hexadecimal digits. */
  private static final int LENGTH = 55;

  private static final int TRACE_START = 3;
  private static final int TRACE_END = 35;
  private static final int PARENT_END = 52;

  private TraceContext() {}

  static boolean isTraced(RequestHead head) {
    int found = -1;
    for (int i = 0; i < head.fieldCount(); i++) {
      if (head.field(i) == Field.TRACEPARENT) {
        if (found >= 0) {
          return false;
        }
        found = i;
      }
    }
    return found >= 0 && isParent(head.bytes(), head.valueStart(found), head.valueEnd(found));
  }

  /** Returns the {@code traceparent}, empty if the request is not part of a trace; allocates. */
  public static String parent(RequestHead head) {
    if (!isTraced(head)) {
      return "";
    }
    int start = head.valueStart(head.indexOf(Field.TRACEPARENT));
    return Octets.text(head.bytes(), start, start + LENGTH);
  }

  /** Returns the trace's id, empty if the request is not part of a trace; allocates. */
  public static String traceId(RequestHead head) {
    String parent = parent(head);
    return parent.isEmpty() ? "" : parent.substring(TRACE_START, TRACE_END);
  }

  private static boolean isParent(byte[] bytes, int start, int end) {
    if (end - start != LENGTH) {
      return false;
    }
    for (int i = 0; i < LENGTH; i++) {
      byte b = bytes[start + i];
      boolean dash = i == TRACE_START - 1 || i == TRACE_END || i == PARENT_END;
      if (dash ? b != '-' : !isLowerHex(b)) {
        return false;
      }
    }
    return Octets.equal(bytes, start, start + 2, "00")
        && !isZero(bytes, start + TRACE_START, start + TRACE_END)
        && !isZero(bytes, start + TRACE_END + 1, start + PARENT_END);
  }

  private static boolean isLowerHex(byte b) {
    return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f');
  }

  private static boolean isZero(byte[] bytes, int start, int end) {
    for (int at = start; at < end; at++) {
      if (bytes[at] != '0') {
        return false;
      }
    }
    return true;
  }
}
