package io.tollgate.store;

import io.tollgate.key.KeyDigest;

/** When a secret was used, in milliseconds since the epoch. */
public record Use(KeyDigest secret, long millis) {}
