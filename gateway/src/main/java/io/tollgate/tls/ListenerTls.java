package io.tollgate.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards clients. Immutable.
 *
 * @param identity who the listener is
 * @param clientAuthority the authorities in PEM that vouch for clients; null if no certificate of
 *     theirs is asked for
 * @param clientCertificates what becomes of clients without one
 */
public record ListenerTls(
    Identity identity, @Nullable Path clientAuthority, ClientCertificates clientCertificates) {}
