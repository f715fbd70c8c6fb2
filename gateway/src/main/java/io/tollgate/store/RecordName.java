package io.tollgate.store;

import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The name of a record that is no key's. Its address, under which stores hold it, is of the same
 * form as a secret's digest: so whatever is known of an address follows one set of rules.
 *
 * @param text a kind, a colon, an id
 */
public record RecordName(String text) {
  public static final RecordName INSTANCE = new RecordName("instance:");

  /** No secret begins like this, so no secret has a record's address. */
  private static final String DOMAIN = "tollgate record\n";

  public static RecordName subject(Subject subject) {
    return new RecordName("subject:" + subject.id());
  }

  public static RecordName role(String id) {
    return new RecordName("role:" + id);
  }

  public KeyDigest address() {
    try {
      byte[] name = (DOMAIN + text).getBytes(StandardCharsets.UTF_8);
      return KeyDigest.fromBytes(MessageDigest.getInstance("SHA-256").digest(name));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
