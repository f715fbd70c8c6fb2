package io.tollgate.edge;

import io.tollgate.limit.RateLimiter;
import io.tollgate.meter.UsageMeter;
import io.tollgate.principal.PrincipalKeys;
import io.tollgate.proxy.UpstreamTargets;
import io.tollgate.quota.QuotaGate;
import io.tollgate.ring.Verifier;
import io.tollgate.tls.TlsContext;
import io.tollgate.trace.Tracing;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What all event loops of a gateway share; each part is safe for all threads. */
record EdgeParts(
    Verifier verifier,
    RateLimiter limiter,
    QuotaGate quotas,
    UsageMeter meter,
    EdgeMetrics metrics,
    LongSupplier monotonicNanos,
    @Nullable AccessLog accessLog,
    @Nullable TlsContext clientTls,
    TlsContext upstreamTls,
    UpstreamTargets targets,
    PrincipalKeys principals,
    @Nullable Tracing tracing,
    OpenWebSockets webSockets,
    ClientBounds clients) {}
