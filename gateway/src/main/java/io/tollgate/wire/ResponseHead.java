package io.tollgate.wire;

import org.jspecify.annotations.Nullable;

/** The head of a response, read as strictly as a request's (RFC 9112, 4 and 6.3). */
public final class ResponseHead extends Head {
  public static final int SWITCHING_PROTOCOLS = 101;

  /** From this status on it is the server that has failed (RFC 9110, 15.6). */
  public static final int SERVER_ERROR = 500;

  private static final int FINAL_MIN = 200;
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;
  private static final int STATUS_MAX = 599;
  private static final int VERSION_LENGTH = "HTTP/1.1".length();
  private static final int STATUS_DIGITS = 3;

  private int minorVersion;
  private int status;
  private int reasonStart;
  private int reasonEnd;
  private boolean answersHead;

  /** Makes a pad for heads of so many fields at most. */
  public ResponseHead(int fieldsMax) {
    super(fieldsMax);
  }

  /** Says which request the next response answers: one to {@code HEAD} never has a body. */
  public void expect(boolean toHead) {
    answersHead = toHead;
  }

  @Override
  int parseStartLine(byte[] head, int length) {
    int statusStart = VERSION_LENGTH + 1;
    int statusEnd = statusStart + STATUS_DIGITS;
    if (length < statusEnd + 2
        || !Octets.equal(head, 0, VERSION_LENGTH - 1, "HTTP/1.")
        || head[VERSION_LENGTH] != Octets.SP) {
      return fail(Malformed.STATUS_LINE);
    }
    minorVersion = head[VERSION_LENGTH - 1] - '0';
    status = (int) Octets.decimal(head, statusStart, statusEnd);
    if (minorVersion < 0 || minorVersion > 1 || status < 100 || status > STATUS_MAX) {
      return fail(Malformed.STATUS_LINE);
    }
    int at = statusEnd;
    if (head[at] == Octets.SP) {
      at++;
    } else if (head[at] != Octets.CR) {
      return fail(Malformed.STATUS_LINE);
    }
    reasonStart = at;
    while (Octets.isInValue(head[at])) {
      at++;
    }
    reasonEnd = at;
    boolean ended = head[at] == Octets.CR && head[at + 1] == Octets.LF;
    return ended ? at + 2 : fail(Malformed.STATUS_LINE);
  }

  @Override
  @Nullable Malformed takeField(int field) {
    return null;
  }

  @Override
  @Nullable Malformed complete() {
    Malformed found = frame(minorVersion == 1, Framing.UNTIL_CLOSE);
    if (found == null && isBodiless()) {
      frameNothing();
    }
    return found;
  }

  private boolean isBodiless() {
    return answersHead || status < FINAL_MIN || status == NO_CONTENT || status == NOT_MODIFIED;
  }

  public int status() {
    return status;
  }

  /** Returns whether the connection may carry another protocol behind this head. */
  boolean maySwitch() {
    return status == SWITCHING_PROTOCOLS && minorVersion == 1 && !isFramed();
  }

  /** Returns whether another head follows that is the true answer (RFC 9110, 15.2). */
  public boolean isInterim() {
    return status < FINAL_MIN;
  }

  /** Returns whether it has a body that may be empty, so that its own framing is written anew. */
  public boolean mayHaveBody() {
    return !isBodiless();
  }

  /**
   * Returns whether the next response may be expected on the same connection. Not after one that
   * has no body by rule but might have been sent with one by mistake: what is read next would be
   * that body, and be given to somebody else.
   */
  public boolean keepsAlive() {
    boolean doubtful =
        answersHead || status == NOT_MODIFIED || (status == NO_CONTENT && isFramed());
    return minorVersion == 1 && !isClose() && framing() != Framing.UNTIL_CLOSE && !doubtful;
  }

  private boolean isFramed() {
    return contentLength() >= 0 || indexOf(Field.TRANSFER_ENCODING) >= 0;
  }

  /** Writes the status and the reason as they came. */
  public void writeStatus(HeadBuffer out) {
    out.decimal(status).put((byte) ' ').put(bytes(), reasonStart, reasonEnd);
  }
}
