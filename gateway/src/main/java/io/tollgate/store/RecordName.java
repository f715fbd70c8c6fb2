package io.tollgate.store;

import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The name of a record that is no API key's. Its address, under which stores hold it, is of the
 * same form as a secret's digest: so whatever is known of an address follows one set of rules.
 *
 * <p>Postgres makes the same addresses of the same names, by {@code tollgate.address}.
 *
 * @param text a kind, a colon, an id
 */
public record RecordName(String text) {
  public static final RecordName INSTANCE = new RecordName("instance:");

  private static final String SECRET_KEY = "secret_key:";

  /** No secret begins like this, so no secret has a record's address. */
  private static final String DOMAIN = "tollgate record\n";

  public static RecordName subject(Subject subject) {
    return new RecordName("subject:" + subject.id());
  }

  public static RecordName role(String id) {
    return new RecordName("role:" + id);
  }

  /** Names the record of a version of a plan. */
  public static RecordName plan(String version) {
    return new RecordName("plan:" + version);
  }

  /** Names the record of a key to the management API: it stands where its secret leads. */
  public static RecordName secretKey(KeyDigest digest) {
    return new RecordName(SECRET_KEY + HexFormat.of().formatHex(digest.toBytes()));
  }

  public KeyDigest address() {
    if (text.startsWith(SECRET_KEY)) {
      return KeyDigest.fromBytes(HexFormat.of().parseHex(text, SECRET_KEY.length(), text.length()));
    }
    try {
      byte[] name = (DOMAIN + text).getBytes(StandardCharsets.UTF_8);
      return KeyDigest.fromBytes(MessageDigest.getInstance("SHA-256").digest(name));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Says nothing of a secret's digest, as {@link KeyDigest} does not either. */
  @Override
  public String toString() {
    return text.startsWith(SECRET_KEY) ? SECRET_KEY : text;
  }
}
