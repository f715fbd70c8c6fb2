package io.tollgate.principal;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Base64;

/**
 * One pair of Ed25519 keys, made of a seed (RFC 8032, 5.1.5). Immutable and safe for all threads.
 */
final class SigningKey {
  private static final String ALGORITHM = "Ed25519";
  private static final int BYTES = 32;
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final PrivateKey secret;
  private final String id;
  private final String point;
  private final String head;

  private SigningKey(PrivateKey secret, byte[] encodedPoint) throws GeneralSecurityException {
    this.secret = secret;
    point = BASE64.encodeToString(encodedPoint);
    id = BASE64.encodeToString(thumbprint(point));
    String told = "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"" + id + "\"}";
    head = BASE64.encodeToString(told.getBytes(StandardCharsets.US_ASCII));
  }

  /** Makes the pair of a seed of 32 bytes: the same one each time. */
  static SigningKey of(byte[] seed) {
    try {
      // The one way in the JDK to a public key that belongs to a known secret one.
      KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
      generator.initialize(NamedParameterSpec.ED25519, new Seeded(seed));
      KeyPair pair = generator.generateKeyPair();
      var made = new SigningKey(pair.getPrivate(), encoded((EdECPublicKey) pair.getPublic()));
      made.prove(pair);
      return made;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform since 15 has Ed25519", e);
    }
  }

  /** Gives the generator the seed in the place of chance. */
  private static final class Seeded extends SecureRandom {
    private static final long serialVersionUID = 1;
    private final byte[] seed;

    Seeded(byte[] seed) {
      this.seed = seed.clone();
    }

    @Override
    public void nextBytes(byte[] wanted) {
      if (wanted.length != seed.length) {
        throw new IllegalStateException("a seed of Ed25519 has 32 bytes, not " + wanted.length);
      }
      System.arraycopy(seed, 0, wanted, 0, seed.length);
    }
  }

  private void prove(KeyPair pair) throws GeneralSecurityException {
    byte[] message = {1, 2, 3};
    Signature signature = Signature.getInstance(ALGORITHM);
    signature.initVerify(pair.getPublic());
    signature.update(message);
    if (!signature.verify(signed(message))) {
      throw new IllegalStateException("the platform's Ed25519 does not make keys of seeds");
    }
  }

  /** Little-endian, the sign of x in the last bit (RFC 8032, 5.1.2). */
  private static byte[] encoded(EdECPublicKey key) {
    byte[] big = key.getPoint().getY().toByteArray();
    byte[] encoded = new byte[BYTES];
    for (int i = 0; i < Math.min(big.length, BYTES); i++) {
      encoded[i] = big[big.length - 1 - i];
    }
    if (key.getPoint().isXOdd()) {
      encoded[BYTES - 1] |= (byte) 0x80;
    }
    return encoded;
  }

  /** The name of a key that everybody can compute from it (RFC 7638, 3; RFC 8037, 2). */
  private static byte[] thumbprint(String point) throws GeneralSecurityException {
    String canonical = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + point + "\"}";
    return MessageDigest.getInstance("SHA-256")
        .digest(canonical.getBytes(StandardCharsets.US_ASCII));
  }

  private byte[] signed(byte[] message) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(ALGORITHM);
    signature.initSign(secret);
    signature.update(message);
    return signature.sign();
  }

  /** Returns the claims as a JWT in compact form (RFC 7519; RFC 8037, 3.1). */
  String sign(JsonObject claims) {
    String body = BASE64.encodeToString(claims.encode().getBytes(StandardCharsets.UTF_8));
    String unsigned = head + '.' + body;
    try {
      byte[] signature = signed(unsigned.getBytes(StandardCharsets.US_ASCII));
      return unsigned + '.' + BASE64.encodeToString(signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the public key as a JWK (RFC 8037, 2). */
  JsonObject toJwk() {
    return new JsonObject()
        .put("kty", "OKP")
        .put("crv", ALGORITHM)
        .put("x", point)
        .put("use", "sig")
        .put("alg", "EdDSA")
        .put("kid", id);
  }
}
