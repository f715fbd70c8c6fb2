package io.tollgate.deploy;

import static io.tollgate.deploy.Kind.NUMBER;
import static io.tollgate.deploy.Kind.TEXT;

import io.tollgate.trace.TraceConfig;
import java.time.Duration;

/** What can be set of traces; part of the {@link Catalogue}. */
final class TraceCatalogue {
  static final SettingList SETTINGS = new SettingList();

  private static final TraceConfig TRACE = TraceConfig.OFF;

  static final Setting<String> TRACE_ENDPOINT =
      SETTINGS.add(
          "trace.endpoint",
          TEXT,
          "",
          "URL that requests' spans go to by OTLP over HTTP, see below; none are made by default");
  static final Setting<Double> TRACE_SAMPLE_RATIO =
      SETTINGS.add(
          "trace.sample-ratio",
          NUMBER,
          TRACE.sampleRatio(),
          "which share of the requests that come without a trace is traced, 0 to 1");
  static final Setting<Integer> TRACE_QUEUE_MAX =
      SETTINGS.addInteger(
          "trace.queue-max",
          TRACE.queueMax(),
          "most spans that wait to be sent; what comes beyond is dropped and counted");
  static final Setting<Duration> TRACE_EXPORT_TIMEOUT =
      SETTINGS.addDuration(
          "trace.export-timeout",
          TRACE.exportTimeout(),
          "how long sending one batch may take, and a stop waits for the last");
  static final Setting<String> TRACE_SERVICE_NAME =
      SETTINGS.add("trace.service-name", TEXT, TRACE.serviceName(), "`service.name` of the spans");

  private TraceCatalogue() {}
}
