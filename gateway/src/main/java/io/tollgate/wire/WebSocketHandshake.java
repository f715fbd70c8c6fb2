package io.tollgate.wire;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The handshake by which a connection becomes a WebSocket (RFC 6455, 4), checked on both sides and
 * written anew: nothing else is ever switched to, and of extensions {@code permessage-deflate}
 * alone is offered, since any other might change what a frame is.
 */
public final class WebSocketHandshake {
  private static final String PROTOCOL = "websocket";
  private static final String VERSION = "13";
  private static final String DEFLATE = "permessage-deflate";

  /** Proves that a server knows what it is asked for (RFC 6455, 1.3). */
  private static final String SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  /** 16 bytes in base64: 22 digits, the last of which has but two bits, and the padding. */
  private static final int KEY_DIGITS = 22;

  private static final int KEY_LENGTH = 24;
  private static final String LAST_DIGITS = "AQgw";

  private WebSocketHandshake() {}

  /** Returns whether the request speaks of a WebSocket in {@code Upgrade}, well-formed or not. */
  public static boolean isAsked(RequestHead head) {
    for (int i = 0; i < head.fieldCount(); i++) {
      if (head.field(i) == Field.UPGRADE && mentions(head, i)) {
        return true;
      }
    }
    return false;
  }

  private static boolean mentions(Head head, int field) {
    int last = head.valueEnd(field) - PROTOCOL.length();
    for (int at = head.valueStart(field); at <= last; at++) {
      if (Octets.equalIgnoringCase(head.bytes(), at, at + PROTOCOL.length(), PROTOCOL)) {
        return true;
      }
    }
    return false;
  }

  /** Returns what is wrong with a request that asks for a WebSocket, or null if nothing is. */
  public static @Nullable Malformed check(RequestHead head) {
    boolean bodiless = head.framing() == Framing.NONE && head.contentLength() <= 0;
    if (head.method() != Method.GET
        || head.isHttp10()
        || !bodiless
        || !names(head)
        || !isKey(head)
        || !areProtocols(head)
        || !areExtensions(head)) {
      return Malformed.HANDSHAKE;
    }
    int version = head.onlyIndexOf(Field.SEC_WEBSOCKET_VERSION);
    if (version < 0) {
      return Malformed.HANDSHAKE;
    }
    return head.isValue(version, VERSION) ? null : Malformed.HANDSHAKE_VERSION;
  }

  /** Returns whether {@code Upgrade} and {@code Connection} name the WebSocket and no other. */
  private static boolean names(Head head) {
    int upgrade = head.onlyIndexOf(Field.UPGRADE);
    return upgrade >= 0 && head.isValue(upgrade, PROTOCOL) && head.hasOption("upgrade");
  }

  private static boolean isKey(RequestHead head) {
    int field = head.onlyIndexOf(Field.SEC_WEBSOCKET_KEY);
    if (field < 0) {
      return false;
    }
    String key = head.value(field);
    return key.length() == KEY_LENGTH
        && key.chars().limit(KEY_DIGITS).allMatch(WebSocketHandshake::isBase64)
        && LAST_DIGITS.indexOf(key.charAt(KEY_DIGITS - 1)) >= 0
        && key.endsWith("==");
  }

  private static boolean isBase64(int c) {
    return (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9')
        || c == '+'
        || c == '/';
  }

  private static boolean areProtocols(RequestHead head) {
    var offered = new Elements(head, Field.SEC_WEBSOCKET_PROTOCOL);
    boolean valid = true;
    while (valid && offered.next()) {
      valid = offered.isToken();
    }
    return valid;
  }

  private static boolean areExtensions(RequestHead head) {
    var offered = new Elements(head, Field.SEC_WEBSOCKET_EXTENSIONS);
    boolean valid = true;
    while (valid && offered.next()) {
      valid = offered.hasPlainParameters();
    }
    return valid;
  }

  /** Writes the fields of a handshake that was checked, as the upstream gets them. */
  public static void writeRequest(RequestHead from, HeadBuffer to) {
    writeSwitch(to);
    to.field("sec-websocket-version", VERSION);
    int key = from.onlyIndexOf(Field.SEC_WEBSOCKET_KEY);
    to.put("sec-websocket-key: ").put(from.bytes(), from.valueStart(key), from.valueEnd(key));
    to.endLine();
    var protocols = new Elements(from, Field.SEC_WEBSOCKET_PROTOCOL);
    String before = "sec-websocket-protocol: ";
    while (protocols.next()) {
      to.put(before).put(from.bytes(), protocols.start(), protocols.end());
      before = ", ";
    }
    endList(before, to);
    var extensions = new Elements(from, Field.SEC_WEBSOCKET_EXTENSIONS);
    before = "sec-websocket-extensions: ";
    while (extensions.next()) {
      if (isDeflate(from, extensions)) {
        to.put(before).put(from.bytes(), extensions.start(), extensions.end());
        before = ", ";
      }
    }
    endList(before, to);
  }

  private static void endList(String before, HeadBuffer to) {
    if (before.equals(", ")) {
      to.endLine();
    }
  }

  private static void writeSwitch(HeadBuffer to) {
    to.field("connection", "Upgrade").field("upgrade", PROTOCOL);
  }

  private static boolean isDeflate(Head head, Elements extension) {
    int start = extension.start();
    return Octets.equal(head.bytes(), start, extension.tokenEnd(start), DEFLATE);
  }

  /**
   * Returns whether the response makes a WebSocket of the connection, and nothing that was not
   * offered.
   */
  public static boolean isAccepted(RequestHead asked, ResponseHead response) {
    int accept = response.onlyIndexOf(Field.SEC_WEBSOCKET_ACCEPT);
    return response.maySwitch()
        && names(response)
        && accept >= 0
        && response.value(accept).equals(accept(asked))
        && isProtocolOffered(asked, response)
        && isExtensionOffered(asked, response);
  }

  private static String accept(RequestHead asked) {
    String key = asked.value(asked.onlyIndexOf(Field.SEC_WEBSOCKET_KEY));
    byte[] salted = (key + SALT).getBytes(StandardCharsets.US_ASCII);
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(salted));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isProtocolOffered(RequestHead asked, ResponseHead response) {
    int chosen = response.onlyIndexOf(Field.SEC_WEBSOCKET_PROTOCOL);
    if (chosen < 0) {
      return response.indexOf(Field.SEC_WEBSOCKET_PROTOCOL) < 0;
    }
    String name = response.value(chosen);
    var offered = new Elements(asked, Field.SEC_WEBSOCKET_PROTOCOL);
    while (offered.next()) {
      if (Octets.equal(asked.bytes(), offered.start(), offered.end(), name)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isExtensionOffered(RequestHead asked, ResponseHead response) {
    var chosen = new Elements(response, Field.SEC_WEBSOCKET_EXTENSIONS);
    if (!chosen.next()) {
      return true;
    }
    boolean valid = chosen.hasPlainParameters() && isDeflate(response, chosen) && !chosen.next();
    var offered = new Elements(asked, Field.SEC_WEBSOCKET_EXTENSIONS);
    while (valid && offered.next()) {
      if (isDeflate(asked, offered)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether messages may be compressed on a connection that was switched by that head. */
  public static boolean isDeflated(ResponseHead accepted) {
    return accepted.indexOf(Field.SEC_WEBSOCKET_EXTENSIONS) >= 0
        && new Elements(accepted, Field.SEC_WEBSOCKET_EXTENSIONS).next();
  }

  /** Writes the fields of a response that was accepted, as the client gets them. */
  public static void writeResponse(ResponseHead from, HeadBuffer to) {
    writeSwitch(to);
    for (int i = 0; i < from.fieldCount(); i++) {
      switch (from.field(i)) {
        case SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_PROTOCOL ->
            to.copyField(from, i);
        default -> {}
      }
    }
  }
}
