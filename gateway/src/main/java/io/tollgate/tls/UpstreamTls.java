package io.tollgate.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards upstreams whose URL says {@code https}. Immutable.
 *
 * @param authority the authorities in PEM that vouch for upstreams; null for those that the JVM
 *     trusts
 * @param identity who the gateway is to them; null if it shows no certificate
 */
public record UpstreamTls(@Nullable Path authority, @Nullable Identity identity) {
  /** The JVM's authorities, and no certificate of our own. */
  public static final UpstreamTls DEFAULTS = new UpstreamTls(null, null);
}
