package io.tollgate.management.key;

import io.tollgate.key.ForeignHash;
import io.tollgate.key.KeyDigest;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;

/**
 * The hash that whoever issued a secret has kept of it. Immutable.
 *
 * @param address where the secret leads
 */
record SecretHash(ForeignHash kind, KeyDigest address) {
  static final String HASH = "hash";
  static final String ALGORITHM = "algorithm";

  /**
   * Reads a hash.
   *
   * @throws ApiError naming the member and what was expected; it never repeats the hash, which may
   *     be a secret in the wrong place
   */
  static SecretHash parse(RequestBody item) {
    ForeignHash kind = kind(item.text(ALGORITHM));
    String text = item.text(HASH);
    byte[] bytes = BytesText.decode(text, kind.bytes());
    if (bytes == null) {
      throw wrong(kind, text);
    }
    return new SecretHash(kind, kind.address(bytes));
  }

  private static ForeignHash kind(String algorithm) {
    for (ForeignHash kind : ForeignHash.values()) {
      if (kind.text().equals(algorithm)) {
        return kind;
      }
    }
    throw Texts.format(ALGORITHM, algorithm, "sha256 or sha512");
  }

  private static ApiError wrong(ForeignHash kind, String text) {
    return ApiError.parameter(
        "form_param_format_invalid",
        "is invalid",
        HASH,
        HASH
            + " must be the "
            + kind.bytes()
            + " bytes of a "
            + kind.text()
            + ", in hexadecimal or base64, was something else of "
            + text.length()
            + " characters.");
  }

  NewSecret toSecret() {
    return new NewSecret(address, kind.text(), null);
  }
}
