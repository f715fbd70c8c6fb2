package io.tollgate.edge;

import io.tollgate.access.AddressRanges;
import io.tollgate.access.IpAddress;
import io.tollgate.wire.Field;
import io.tollgate.wire.RequestHead;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Whom the requests of one connection come from, and by which scheme they were asked for.
 *
 * <p>Nobody is believed in that but the proxies of {@code edge.trusted-proxies}, when they are the
 * connection's other side. Then the client is the rightmost address in {@code X-Forwarded-For}, all
 * its lines in order, that is not in that list itself; the leftmost, if all are. An entry that is
 * no address ends the search, and the last one before it counts, or else the proxy itself. {@code
 * X-Forwarded-Proto} counts where it stands once and is exactly {@code https}; where it does not
 * stand, the connection's own scheme does.
 *
 * <p>{@code X-Forwarded-Host}, {@code Forwarded} and their kind are believed from nobody: common
 * proxies pass on what a client says there.
 *
 * <p>Confined to the connection's event loop.
 */
final class Origin {
  private static final String HTTP = "http";
  private static final String HTTPS = "https";

  /** As some proxies write it: the client's port too, and IPv6 in brackets. */
  private static final Pattern NODE =
      Pattern.compile("\\[([0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}");

  private final IpAddress peer;
  private final String peerText;
  private final AddressRanges proxies;
  private IpAddress client;
  private String address;
  private final String ownScheme;
  private String scheme;
  private String certificate = "";

  /**
   * Makes the origin of what comes on a connection.
   *
   * @param trusted whether the other side is one of the proxies that are trusted
   * @param secure whether the connection is by TLS
   */
  Origin(InetAddress otherSide, boolean trusted, AddressRanges trustedProxies, boolean secure) {
    peer = IpAddress.of(otherSide);
    peerText = peer.toString();
    proxies = trusted ? trustedProxies : AddressRanges.NONE;
    address = peerText;
    client = peer;
    ownScheme = secure ? HTTPS : HTTP;
    scheme = ownScheme;
  }

  private Origin(Origin ofConnection) {
    peer = ofConnection.peer;
    peerText = ofConnection.peerText;
    proxies = ofConnection.proxies;
    address = peerText;
    client = peer;
    ownScheme = ofConnection.ownScheme;
    scheme = ownScheme;
    certificate = ofConnection.certificate;
  }

  /** Returns that of one of many requests at once: nobody's word for one counts for another. */
  Origin ofStream() {
    return proxies.isEmpty() ? this : new Origin(this);
  }

  /** The handshake has shown who the other side is, if that has a certificate. */
  void identify(SSLSession session) throws CertificateEncodingException {
    try {
      var shown = (X509Certificate) session.getPeerCertificates()[0];
      certificate = ':' + Base64.getEncoder().encodeToString(shown.getEncoded()) + ':';
      // Whoever resumed it would be let in without another look at the certificate.
      session.invalidate();
    } catch (SSLPeerUnverifiedException none) {
      certificate = "";
    }
  }

  /** Returns the other side's certificate as {@code Client-Cert} has it (RFC 9440, 2.2), or "". */
  String certificate() {
    return certificate;
  }

  /** Returns the client's address. */
  IpAddress client() {
    return client;
  }

  /** Returns the client's address, as text. */
  String address() {
    return address;
  }

  /** Returns {@code http} or {@code https}. */
  String scheme() {
    return scheme;
  }

  /** Forgets the request before: until its head has been read, this one is the other side's own. */
  void begin() {
    address = peerText;
    client = peer;
    scheme = ownScheme;
  }

  /** Takes what a trusted proxy says in a head that is well-formed to its end. */
  void read(RequestHead head) {
    if (!proxies.isEmpty()) {
      client = client(head);
      address = client.toString();
      scheme = scheme(head, ownScheme);
    }
  }

  private IpAddress client(RequestHead head) {
    IpAddress believed = peer;
    for (int field = head.fieldCount() - 1; field >= 0; field--) {
      int end = head.field(field) == Field.X_FORWARDED_FOR ? head.valueEnd(field) : -1;
      while (end >= head.valueStart(field)) {
        int comma = lastComma(head.bytes(), head.valueStart(field), end);
        IpAddress entry = entry(head.bytes(), comma + 1, end);
        if (entry == null) {
          return believed;
        }
        if (!proxies.contains(entry)) {
          return entry;
        }
        believed = entry;
        end = comma;
      }
    }
    return believed;
  }

  /** Returns where the last comma stands, or the place before the start if there is none. */
  private static int lastComma(byte[] bytes, int start, int end) {
    int at = end - 1;
    while (at >= start && bytes[at] != ',') {
      at--;
    }
    return at;
  }

  private static @Nullable IpAddress entry(byte[] bytes, int start, int end) {
    int from = start;
    while (from < end && isSpace(bytes[from])) {
      from++;
    }
    int to = end;
    while (to > from && isSpace(bytes[to - 1])) {
      to--;
    }
    IpAddress plain = IpAddress.parse(bytes, from, to);
    return plain == null
        ? node(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1))
        : plain;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t';
  }

  private static @Nullable IpAddress node(String text) {
    Matcher form = NODE.matcher(text);
    if (!form.matches()) {
      return null;
    }
    return IpAddress.parse(form.group(form.group(1) == null ? 2 : 1));
  }

  private static String scheme(RequestHead head, String own) {
    String said = own;
    boolean once = false;
    for (int field = 0; field < head.fieldCount(); field++) {
      if (head.field(field) == Field.X_FORWARDED_PROTO) {
        if (once) {
          return HTTP;
        }
        once = true;
        said = head.value(field).equals(HTTPS) ? HTTPS : HTTP;
      }
    }
    return said;
  }
}
