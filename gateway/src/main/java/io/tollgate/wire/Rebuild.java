package io.tollgate.wire;

/** Rebuilds heads, both ways: what may pass is copied, nothing is passed through. */
public final class Rebuild {
  private Rebuild() {}

  /**
   * Copies the fields of a request that may go on: not those that end at this hop, that only the
   * edge may write, or that would have a server see another request than the edge has judged.
   *
   * @param readsAuthorization whether {@code Authorization} is read as a credential, and kept
   * @param readsApiKey the same of {@code X-API-Key}
   */
  public static void copyRequest(
      RequestHead from, HeadBuffer to, boolean readsAuthorization, boolean readsApiKey) {
    boolean traced = TraceContext.isTraced(from);
    for (int i = 0; i < from.fieldCount(); i++) {
      boolean passes =
          switch (from.field(i)) {
            case OTHER -> true;
            case AUTHORIZATION -> !readsAuthorization;
            case X_API_KEY -> !readsApiKey;
            case TRACEPARENT -> traced && !from.isTraceReplaced();
            case TRACESTATE -> traced;
            default -> from.field(i).passes();
          };
      if (passes && !from.isNominated(i)) {
        to.copyField(from, i);
      }
    }
  }

  /** Copies the fields of a response that may go on. */
  public static void copyResponse(ResponseHead from, HeadBuffer to) {
    for (int i = 0; i < from.fieldCount(); i++) {
      if (from.field(i).passes() && !from.isNominated(i)) {
        to.copyField(from, i);
      }
    }
  }

  /** Writes the framing of a body that comes to us framed like that. */
  public static void frameRequest(RequestHead from, HeadBuffer to) {
    if (from.framing() == Framing.CHUNKED) {
      to.field("transfer-encoding", "chunked");
    } else if (from.contentLength() >= 0) {
      writeLength(from.contentLength(), to);
    }
  }

  /** Writes the framing of a response; HTTP/1.0 knows no chunks, its end is the connection's. */
  public static void frameResponse(ResponseHead from, HeadBuffer to, boolean toHttp10) {
    boolean counted = from.framing() != Framing.CHUNKED && from.contentLength() >= 0;
    if (counted && from.status() != 204) {
      writeLength(from.contentLength(), to);
    } else if (isChunked(from, toHttp10)) {
      to.field("transfer-encoding", "chunked");
    }
  }

  /** Returns whether the response's body is sent in chunks. */
  public static boolean isChunked(ResponseHead from, boolean toHttp10) {
    boolean unknownLength =
        from.framing() == Framing.CHUNKED || from.framing() == Framing.UNTIL_CLOSE;
    return unknownLength && !toHttp10;
  }

  private static void writeLength(long length, HeadBuffer to) {
    to.put("content-length: ").decimal(length).endLine();
  }
}
