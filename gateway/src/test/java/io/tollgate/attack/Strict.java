package io.tollgate.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads HTTP/1.1 messages by the letter of RFC 9112 and forgives nothing. It shares no code with
 * what it judges. Bytes are kept as ISO 8859-1 text.
 */
final class Strict {
  private static final Pattern REQUEST_LINE = Pattern.compile("[A-Z]+ /[!-~]* HTTP/1\\.1");
  private static final Pattern STATUS_LINE =
      Pattern.compile("HTTP/1\\.[01] [1-5][0-9]{2} [\\t -~\\x80-\\xff]*");
  private static final Pattern FIELD =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\\t ]*([\\t -~\\x80-\\xff]*?)[\\t ]*");
  private static final Pattern HOST =
      Pattern.compile("([A-Za-z0-9._~-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]+)?");
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
  private static final Pattern CHUNK =
      Pattern.compile("([0-9A-Fa-f]{1,8})(;[\\t -~\\x80-\\xff]*)?");

  /** What can be said of bytes: they hold a whole message, or a part of one, or none. */
  sealed interface Reading {}

  record Whole(Message message) implements Reading {}

  /** The bytes end before the message does; its head is given if that is there. */
  record Part(@Nullable Message head) implements Reading {}

  record Broken(String reason) implements Reading {}

  private static final class TooShort extends Exception {
    private static final long serialVersionUID = 1;
  }

  private static final class Violation extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;

    Violation(String reason) {
      this.reason = reason;
    }
  }

  private final String bytes;
  private int at;
  private String first = "";
  private final List<String> interim = new ArrayList<>();
  private List<Field> fields = List.of();
  private List<Field> trailers = List.of();
  private final StringBuilder body = new StringBuilder();
  private final StringBuilder extensions = new StringBuilder();
  private boolean headRead;

  private Strict(String bytes, int from) {
    this.bytes = bytes;
    at = from;
  }

  /** A step of reading, which ends in one of two other ways. */
  private interface Step {
    void read() throws TooShort, Violation;
  }

  static Reading request(String bytes, int from) {
    var strict = new Strict(bytes, from);
    return strict.read(strict::request);
  }

  /**
   * Reads a final response and the interim ones before it.
   *
   * @param ended whether more bytes may come
   */
  static Reading response(String bytes, int from, boolean toHead, boolean ended) {
    var strict = new Strict(bytes, from);
    return strict.read(() -> strict.response(toHead, ended));
  }

  private Reading read(Step step) {
    try {
      step.read();
      return new Whole(message());
    } catch (TooShort unfinished) {
      return new Part(headRead ? message() : null);
    } catch (Violation violation) {
      return new Broken(violation.reason);
    }
  }

  private Message message() {
    return new Message(
        first, List.copyOf(interim), fields, body.toString(), trailers, extensions.toString(), at);
  }

  private void request() throws TooShort, Violation {
    first = line();
    check(REQUEST_LINE.matcher(first).matches(), "request line");
    fields = fieldBlock();
    List<String> hosts = message().values("host");
    check(hosts.size() == 1 && HOST.matcher(hosts.get(0)).matches(), "Host " + hosts);
    headRead = true;
    framedBody();
  }

  private void response(boolean toHead, boolean ended) throws TooShort, Violation {
    statusLine();
    while (message().status() < 200) {
      interim.add(first);
      statusLine();
    }
    headRead = true;
    int status = message().status();
    if (toHead || status == 204 || status == 304) {
      return;
    }
    if (framedBody()) {
      return;
    }
    body.append(bytes, at, bytes.length());
    at = bytes.length();
    if (!ended) {
      throw new TooShort();
    }
  }

  private void statusLine() throws TooShort, Violation {
    first = line();
    check(STATUS_LINE.matcher(first).matches(), "status line");
    fields = fieldBlock();
  }

  private List<Field> fieldBlock() throws TooShort, Violation {
    List<Field> block = new ArrayList<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      var field = FIELD.matcher(line);
      check(field.matches(), "field \"" + Escaped.text(line) + '"');
      block.add(new Field(field.group(1), field.group(2)));
    }
    return block;
  }

  /** Reads the body that the head announces; returns whether it announces one or its absence. */
  private boolean framedBody() throws TooShort, Violation {
    List<String> lengths = message().values("content-length");
    List<String> codings = message().values("transfer-encoding");
    check(lengths.size() <= 1, "Content-Length twice");
    check(lengths.isEmpty() || codings.isEmpty(), "Content-Length beside Transfer-Encoding");
    if (!codings.isEmpty()) {
      check(
          codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked"),
          "Transfer-Encoding " + codings);
      chunks();
      return true;
    }
    if (!lengths.isEmpty()) {
      check(LENGTH.matcher(lengths.get(0)).matches(), "Content-Length " + lengths);
      take(Long.parseLong(lengths.get(0)));
      return true;
    }
    return false;
  }

  private void chunks() throws TooShort, Violation {
    while (true) {
      var size = CHUNK.matcher(line());
      check(size.matches(), "chunk size");
      extensions.append(size.group(2) == null ? "" : size.group(2));
      long length = Long.parseLong(size.group(1), 16);
      if (length == 0) {
        trailers = fieldBlock();
        return;
      }
      take(length);
      check(line().isEmpty(), "bytes after a chunk's end");
    }
  }

  private void take(long length) throws TooShort {
    int there = (int) Math.min(length, bytes.length() - at);
    body.append(bytes, at, at + there);
    at += there;
    if (there < length) {
      throw new TooShort();
    }
  }

  /** Reads up to the next CRLF, before which no CR and no LF may stand. */
  private String line() throws TooShort, Violation {
    int end = at;
    while (end < bytes.length() && bytes.charAt(end) != '\r') {
      check(bytes.charAt(end) != '\n', "bare LF");
      end++;
    }
    if (end + 1 >= bytes.length()) {
      throw new TooShort();
    }
    check(bytes.charAt(end + 1) == '\n', "bare CR");
    String line = bytes.substring(at, end);
    at = end + 2;
    return line;
  }

  private static void check(boolean holds, String what) throws Violation {
    if (!holds) {
      throw new Violation("not strict: " + what);
    }
  }
}
