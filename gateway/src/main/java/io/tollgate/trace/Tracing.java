package io.tollgate.trace;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Begins the spans of requests. Where there is none of it, nothing is traced, and nothing of
 * OpenTelemetry runs. Safe for all threads.
 */
public final class Tracing implements AutoCloseable {
  /** Where the parts of a {@code traceparent} stand, {@code 00-traceid-parentid-flags}. */
  private static final int TRACE_START = 3;

  private static final int TRACE_END = 35;
  private static final int PARENT_START = 36;
  private static final int PARENT_END = 52;
  private static final int FLAGS_START = 53;

  private final SpanQueue queue;
  private final Tracer tracer;

  private Tracing(TraceConfig config, URI endpoint, String instance, MeterRegistry metrics) {
    queue = new SpanQueue(config, endpoint, metrics);
    var resource =
        Attributes.builder()
            .put("service.name", config.serviceName())
            .put("service.instance.id", instance)
            .build();
    tracer =
        SdkTracerProvider.builder()
            .setResource(Resource.getDefault().merge(Resource.create(resource)))
            // Whoever began the trace has said whether it is recorded; else the ratio says it.
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(config.sampleRatio())))
            .addSpanProcessor(queue)
            .build()
            .get("io.tollgate.edge");
  }

  /**
   * Opens what sends spans, if an endpoint is set.
   *
   * @param instance the gateway's name, as {@code service.instance.id}
   */
  public static @Nullable Tracing open(TraceConfig config, String instance, MeterRegistry metrics) {
    URI endpoint = config.endpoint();
    return endpoint == null ? null : new Tracing(config, endpoint, instance, metrics);
  }

  /**
   * Begins the spans of a request.
   *
   * @param method in upper case; null for one that is not known
   * @param traceparent the client's, which must be well-formed; empty if it sent none
   */
  public RequestTrace begin(@Nullable String method, String traceparent) {
    SpanBuilder builder =
        tracer
            .spanBuilder(method == null ? RequestTrace.NAME_OF_OTHER : method)
            .setSpanKind(SpanKind.SERVER);
    if (traceparent.isEmpty()) {
      builder.setNoParent();
    } else {
      builder.setParent(Context.root().with(Span.wrap(parent(traceparent))));
    }
    return new RequestTrace(tracer, method, builder.startSpan());
  }

  private static SpanContext parent(String traceparent) {
    return SpanContext.createFromRemoteParent(
        traceparent.substring(TRACE_START, TRACE_END),
        traceparent.substring(PARENT_START, PARENT_END),
        TraceFlags.fromHex(traceparent, FLAGS_START),
        // Passed on to the upstream as it came; what a client says is none of the collector's.
        TraceState.getDefault());
  }

  /** Sends what is left, for as long as one batch may take at most. */
  @Override
  public void close() {
    queue.close();
  }
}
