package io.tollgate.wire;

import java.util.Random;

/**
 * Makes messages up: most pieces are well-formed, now and then one is what attacks are made of, and
 * some messages are then changed in a byte or two.
 */
final class MessageGrammar {
  private static final String[] METHODS = {"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"};
  private static final String[] ODD_METHODS = {"OPTIONS", "get", "G ET", "", "PRI", "M-X", "G\0T"};
  private static final String[] TARGETS = {"/", "/a", "/a/b?c=d", "/%61%20?x=%zz&y", "/a:b@c/~d/"};
  private static final String[] ODD_TARGETS = {
    "",
    "*",
    "a",
    "http://a/b",
    "//a",
    "/a b",
    "/\t",
    "/a#b",
    "/../a",
    "/%2e",
    "/\u00e4",
    "/a\u000bb",
    "/a?b c",
    "/a\r",
    "/a\u0000",
    "/a?\u0085",
    "/a\u00a0"
  };
  private static final String[] ODD_VERSIONS = {
    "HTTP/1.2",
    "HTTP/2.0",
    "http/1.1",
    "HTTP/1.1 ",
    "HTTP/1.1\t",
    "HTTP/01.1",
    "HTTP/1.",
    "HTTP/11",
    "",
    "HTTP/1.1 x",
    "HTTP/1.1\u000b"
  };
  private static final String[] ODD_SPACES = {
    "", "  ", "\t", "\u000b", "\f", "\r", " \t", "\u00a0"
  };
  private static final String[] ODD_LINE_ENDS = {
    "\n", "\r", "\r\r\n", "\n\r", "\r\n ", "\r\n\t", "", "\u0000\r\n", " \r\n", "\r\n\r\n"
  };
  private static final String[] NAMES = {"X-A", "accept", "COOKIE", "Via", "a!#$%&'*+-.^_`|~9"};
  private static final String[] ODD_NAMES = {
    "", "X A", "X\t", " X", "\tX", "X ", "X\u0000", "X\u00e9", "(X)", "X\u000b", "\u0085X", "X\r",
    "X\n"
  };
  private static final String[] VALUES = {
    "", "b", "a, b;c=\"d\"", "\u00e9\u00ff", "a\tb", "a:b", "  a"
  };
  private static final String[] ODD_VALUES = {
    "a\u0000",
    "a\rb",
    "a\nb",
    "a\u000b",
    "\fa",
    "a\u007f",
    "\u0085a",
    "\u00a0a\u00a0",
    "a\r\n b",
    "a\u001f"
  };
  private static final String[] HOSTS = {"a", "a.example:8080", "[::1]:80", "127.0.0.1"};
  private static final String[] ODD_HOSTS = {"", "a b", "a/b", "a:", "a,b", "a@b", "a\tb", "[::1"};
  private static final String[] LENGTH_NAMES = {"Content-Length", "content-length"};
  private static final String[] ODD_LENGTHS = {
    "+%d",
    "-%d",
    "0x%x",
    "%d,%<d",
    "%d, %<d",
    "%d ",
    "%d\t",
    "\t%d",
    "\u000b%d",
    "%d\u000b",
    "%d.0",
    "000%d",
    "%d;",
    "%d\u0000",
    "\u0085%d",
    "1%d",
    "%d\u00a0",
    "00000000000000000000%d",
    "\"%d\""
  };
  private static final String[] CODING_NAMES = {"Transfer-Encoding", "transfer-encoding"};
  private static final String[] ODD_CODINGS = {
    "",
    "gzip",
    "chunked, chunked",
    "gzip, chunked",
    "chunked, gzip",
    "chunked,",
    ",chunked",
    "xchunked",
    "chunked;q=1",
    "\"chunked\"",
    "\tchunked",
    "chunked\t",
    "\u000bchunked",
    "chunked\u000b",
    "chun\u212aed",
    "identity",
    "chunked ",
    "chunked\u0000",
    "\u00a0chunked"
  };
  private static final String[] ALIASES = {
    "Content_Length: 3", "Transfer_Encoding: chunked", "Content.Length: 3", "Content-Lengths: 3"
  };
  private static final String[] OPTIONS = {"close", "keep-alive", "x-a", "X-A, close", "upgrade"};
  private static final String[] EXTENSIONS = {
    ";a", ";a=b", ";a=\"b;c\"", ";", ";;", "; a", ";\u00e9"
  };
  private static final String[] ODD_EXTENSIONS = {
    " ",
    "\t",
    " ;a",
    ";a=\"b",
    ";a\n",
    ";a\r",
    ";\u0000",
    "x",
    ",",
    ";a=\"\\\"",
    ";\u000b",
    "\u0000"
  };
  private static final String[] TRAILERS = {"X-T: a", "Content-Length: 3", "Y:", "Cookie:  b "};
  private static final String[] ODD_TRAILERS = {
    "X", "X : a", " X: a", ":", "X: \u0000", "X: a\r\n b"
  };
  private static final String[] REASONS = {" OK", " ", "", " Not  found", " caf\u00e9\t"};
  private static final String[] ODD_REASONS = {
    "OK", "\tOK", " O\u0000K", " O\rK", "  ", " \u000b", "\u0085"
  };
  private static final String DATA = "ab0\r\n:;GET /\u00ff\u0000";
  private static final String MUTATIONS = "\r\n\t \u000b\f\u0000:;,0a\"\\\u0085\u00a0\u00ff";

  private final Random random;
  private final StringBuilder text = new StringBuilder();

  /** One in so many pieces is odd. */
  private int oddity;

  MessageGrammar(long seed) {
    random = new Random(seed);
  }

  /** Makes a request, perhaps with more bytes behind it. */
  byte[] request() {
    begin();
    if (random.nextInt(20) == 0) {
      text.append("\r\n");
    }
    text.append(pick(METHODS, ODD_METHODS)).append(space());
    text.append(pick(TARGETS, ODD_TARGETS)).append(space()).append(version()).append(lineEnd());
    if (!isOdd()) {
      field("Host", pick(HOSTS, ODD_HOSTS));
    }
    return message();
  }

  /** Makes a response, perhaps with more bytes behind it. */
  byte[] response() {
    begin();
    int status = random.nextInt(4) > 0 ? 200 : 100 + random.nextInt(500);
    String digits = isOdd() ? Integer.toString(random.nextInt(2000)) : Integer.toString(status);
    text.append(version()).append(space()).append(digits).append(pick(REASONS, ODD_REASONS));
    text.append(lineEnd());
    return message();
  }

  private void begin() {
    text.setLength(0);
    oddity = random.nextInt(3) > 0 ? 1000 : 30;
  }

  private byte[] message() {
    fields();
    int framing = random.nextInt(3);
    String data = data();
    var body = new StringBuilder();
    if (framing == 1 || isOdd()) {
      String length = pick(new String[] {"%d"}, ODD_LENGTHS);
      field(pick(LENGTH_NAMES, LENGTH_NAMES), String.format(length, data.length()));
      body.append(data);
    }
    if (framing == 2 || isOdd()) {
      field(pick(CODING_NAMES, CODING_NAMES), pick(new String[] {"chunked"}, ODD_CODINGS));
      body.append(chunks(data));
    }
    if (isOdd()) {
      text.append(one(ALIASES)).append(lineEnd());
    }
    fields();
    text.append(lineEnd()).append(body);
    if (random.nextInt(3) == 0) {
      text.append("GET /next HTTP/1.1\r\nHost: n\r\n\r\n");
    }
    mutate();
    return Heads.bytes(text.toString());
  }

  private void fields() {
    for (int i = random.nextInt(3); i > 0; i--) {
      if (random.nextInt(8) == 0) {
        field("Connection", one(OPTIONS));
      } else {
        field(pick(NAMES, ODD_NAMES), pick(VALUES, ODD_VALUES));
      }
    }
  }

  private void field(String name, String value) {
    text.append(name).append(isOdd() ? one(ODD_SPACES) : "").append(isOdd() ? "" : ":");
    text.append(random.nextInt(4) == 0 ? "" : isOdd() ? one(ODD_SPACES) : " ");
    text.append(value).append(lineEnd());
  }

  private String data() {
    var data = new StringBuilder();
    for (int i = random.nextInt(20); i > 0; i--) {
      data.append(DATA.charAt(random.nextInt(DATA.length())));
    }
    return data.toString();
  }

  private String chunks(String data) {
    var chunks = new StringBuilder();
    int at = 0;
    while (at < data.length()) {
      int size = 1 + random.nextInt(data.length() - at);
      chunk(chunks, data.substring(at, at + size));
      at += size;
    }
    chunks.append(size(0)).append(lineEnd());
    for (int i = random.nextInt(8) == 0 ? 1 + random.nextInt(2) : 0; i > 0; i--) {
      chunks.append(pick(TRAILERS, ODD_TRAILERS)).append(lineEnd());
    }
    return chunks.append(lineEnd()).toString();
  }

  private void chunk(StringBuilder chunks, String data) {
    int claimed = isOdd() ? data.length() + random.nextInt(3) - 1 : data.length();
    chunks.append(size(claimed));
    if (random.nextInt(6) == 0) {
      chunks.append(pick(EXTENSIONS, ODD_EXTENSIONS));
    } else if (isOdd()) {
      chunks.append(one(ODD_EXTENSIONS));
    }
    chunks.append(lineEnd()).append(data).append(lineEnd());
  }

  private String size(int size) {
    String digits = random.nextBoolean() ? Integer.toHexString(size) : String.format("%X", size);
    String zeros = random.nextInt(8) == 0 ? "0".repeat(random.nextInt(14)) : "";
    return (isOdd() ? one(new String[] {"+", "-", " ", "0x", "\t", "\u000b", "1"}) : zeros)
        + digits;
  }

  private void mutate() {
    for (int i = random.nextInt(4) == 0 ? 1 + random.nextInt(2) : 0; i > 0; i--) {
      int at = random.nextInt(text.length());
      char c = MUTATIONS.charAt(random.nextInt(MUTATIONS.length()));
      switch (random.nextInt(4)) {
        case 0 -> text.insert(at, c);
        case 1 -> text.deleteCharAt(at);
        case 2 -> text.setCharAt(at, c);
        default -> text.insert(at, text.substring(at, Math.min(text.length(), at + 8)));
      }
    }
  }

  private String version() {
    return isOdd() ? one(ODD_VERSIONS) : random.nextInt(8) == 0 ? "HTTP/1.0" : "HTTP/1.1";
  }

  private String space() {
    return isOdd() ? one(ODD_SPACES) : " ";
  }

  private String lineEnd() {
    return isOdd() ? one(ODD_LINE_ENDS) : "\r\n";
  }

  private String pick(String[] usual, String[] odd) {
    return one(isOdd() ? odd : usual);
  }

  private boolean isOdd() {
    return random.nextInt(oddity) == 0;
  }

  private String one(String[] pieces) {
    return pieces[random.nextInt(pieces.length)];
  }
}
