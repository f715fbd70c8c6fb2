package io.tollgate.simulation;

import io.tollgate.key.KeyDigest;

/**
 * One request with a key.
 *
 * @param sentAfterReturn whether a revocation of the key had returned when it was sent
 * @param warm whether this gateway has accepted the key a short while ago
 */
record Use(
    SimulatedKey key,
    KeyDigest digest,
    SimulatedGateway gateway,
    long sentNanos,
    boolean sentAfterReturn,
    boolean warm) {}
