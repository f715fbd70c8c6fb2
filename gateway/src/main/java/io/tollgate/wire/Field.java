package io.tollgate.wire;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * The header fields that mean something at this hop.
 *
 * <p>Found by their folded name, so that {@code Transfer_Encoding} is known for what a careless
 * server would take it for: such an alias is {@link #ALIAS}, which never passes.
 */
public enum Field {
  /** Any other: end to end, none of our business. */
  OTHER(true),
  /** Another spelling of one of those below. */
  ALIAS(false),
  /** The namespace that only the edge may write: {@code Tollgate} and {@code Tollgate-*}. */
  OURS(false),
  /** The rest of {@code X-Forwarded-*}. */
  X_FORWARDED(false),

  AUTHORIZATION(true),
  X_API_KEY(true),

  // RFC 9110, 7.6.1, and what is framing: rebuilt on each side.
  CONNECTION(false),
  CONTENT_LENGTH(false),
  EXPECT(false),
  HOST(false),
  HTTP2_SETTINGS(false),
  KEEP_ALIVE(false),
  /** Programs that take headers for variables read it as their own outgoing proxy (httpoxy). */
  PROXY(false),
  PROXY_AUTHENTICATE(false),
  PROXY_AUTHORIZATION(false),
  PROXY_CONNECTION(false),
  TE(false),
  TRAILER(false),
  TRANSFER_ENCODING(false),
  UPGRADE(false),

  // Of one handshake on one connection (RFC 6455, 11.3): written anew where there is one.
  SEC_WEBSOCKET_ACCEPT(false),
  SEC_WEBSOCKET_EXTENSIONS(false),
  SEC_WEBSOCKET_KEY(false),
  SEC_WEBSOCKET_PROTOCOL(false),
  SEC_WEBSOCKET_VERSION(false),

  // What a client says of its own origin is not believed.
  CLIENT_CERT(false),
  CLIENT_CERT_CHAIN(false),
  FORWARDED(false),
  TRUE_CLIENT_IP(false),
  X_CLIENT_IP(false),
  X_CLUSTER_CLIENT_IP(false),
  X_FORWARDED_FOR(false),
  X_FORWARDED_PROTO(false),
  X_REAL_IP(false),

  // Some servers let these replace the target or the method that the edge has judged.
  X_HTTP_METHOD(false),
  X_HTTP_METHOD_OVERRIDE(false),
  X_METHOD_OVERRIDE(false),
  X_ORIGINAL_URL(false),
  X_REWRITE_URL(false),

  ACCESS_CONTROL_REQUEST_METHOD(true),
  CONTENT_TYPE(true),
  ORIGIN(true),
  TRACEPARENT(true),
  TRACESTATE(true);

  private static final String OURS_NAMESPACE = "tollgate";
  private static final String ORIGIN_NAMESPACE = "x-forwarded";
  private static final Set<Field> GROUPS = EnumSet.of(OTHER, ALIAS, OURS, X_FORWARDED);
  private static final Field[][] BY_LENGTH = byLength();

  private final boolean passes;
  private final String lowerName = name().toLowerCase(Locale.ROOT).replace('_', '-');

  Field(boolean passes) {
    this.passes = passes;
  }

  /** Returns whether it may be forwarded as it came. */
  boolean passes() {
    return passes;
  }

  boolean isFraming() {
    return this == CONTENT_LENGTH || this == TRANSFER_ENCODING;
  }

  public String lowerName() {
    return lowerName;
  }

  private static Field[][] byLength() {
    int longest = 0;
    for (Field field : values()) {
      longest = Math.max(longest, field.lowerName.length());
    }
    Field[][] table = new Field[longest + 1][];
    for (int length = 0; length <= longest; length++) {
      int wanted = length;
      table[length] =
          Arrays.stream(values())
              .filter(field -> !GROUPS.contains(field))
              .filter(field -> field.lowerName.length() == wanted)
              .toArray(Field[]::new);
    }
    return table;
  }

  /** Tells which field the name stands for; its bytes must all be ones that a name may hold. */
  static Field of(byte[] bytes, int start, int end) {
    int length = end - start;
    if (length < BY_LENGTH.length) {
      for (Field field : BY_LENGTH[length]) {
        if (foldsTo(bytes, start, field.lowerName)) {
          return Octets.equalIgnoringCase(bytes, start, end, field.lowerName) ? field : ALIAS;
        }
      }
    }
    if (isInNamespace(bytes, start, length, OURS_NAMESPACE)) {
      return OURS;
    }
    return isInNamespace(bytes, start, length, ORIGIN_NAMESPACE) ? X_FORWARDED : OTHER;
  }

  private static boolean isInNamespace(byte[] bytes, int start, int length, String namespace) {
    return length >= namespace.length()
        && foldsTo(bytes, start, namespace)
        && (length == namespace.length()
            || Octets.folded(bytes[start + namespace.length()]) == '-');
  }

  private static boolean foldsTo(byte[] bytes, int start, String lower) {
    for (int i = 0; i < lower.length(); i++) {
      if (Octets.folded(bytes[start + i]) != lower.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
