package io.tollgate.management.key;

import io.tollgate.key.KeyDigest;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * What is stored of a secret. Immutable.
 *
 * @param algorithm by which hash it is known if it was issued elsewhere, else null
 * @param sealed the secret itself, where it may be shown again
 */
record NewSecret(KeyDigest digest, @Nullable String algorithm, @Nullable Buffer sealed) {}
