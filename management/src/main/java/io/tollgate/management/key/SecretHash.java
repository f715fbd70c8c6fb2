package io.tollgate.management.key;

import io.tollgate.key.KeyDigest;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;

/**
 * The hash that whoever issued a secret has kept of it. Immutable.
 *
 * @param algorithm {@link #SHA256} or {@link #SHA512}
 * @param address where the secret leads
 */
record SecretHash(String algorithm, KeyDigest address) {
  static final String HASH = "hash";
  static final String ALGORITHM = "algorithm";
  static final String SHA256 = "sha256";
  static final String SHA512 = "sha512";

  private static final int SHA512_BYTES = 64;

  /**
   * Reads a hash.
   *
   * @throws ApiError naming the member and what was expected; it never repeats the value, which may
   *     be a secret in the wrong place
   */
  static SecretHash parse(RequestBody item) {
    String algorithm = item.text(ALGORITHM);
    String text = item.text(HASH);
    return switch (algorithm) {
      case SHA256 -> {
        byte[] bytes = BytesText.decode(text, KeyDigest.BYTES);
        if (bytes == null) {
          throw wrong(text, "a SHA-256: 64 hexadecimal digits, or 43 of base64 (44 with padding)");
        }
        yield new SecretHash(algorithm, KeyDigest.fromBytes(bytes));
      }
      case SHA512 -> {
        byte[] bytes = BytesText.decode(text, SHA512_BYTES);
        if (bytes == null) {
          throw wrong(text, "a SHA-512: 128 hexadecimal digits, or 86 of base64 (88 with padding)");
        }
        yield new SecretHash(algorithm, KeyDigest.fromSha512(bytes));
      }
      default -> throw Texts.format(ALGORITHM, algorithm, SHA256 + " or " + SHA512);
    };
  }

  private static ApiError wrong(String text, String expected) {
    return ApiError.parameter(
        "form_param_format_invalid",
        "is invalid",
        HASH,
        HASH
            + " must be "
            + expected
            + ", was something else of "
            + text.length()
            + " characters.");
  }

  NewSecret toSecret() {
    return new NewSecret(address, algorithm, null);
  }
}
