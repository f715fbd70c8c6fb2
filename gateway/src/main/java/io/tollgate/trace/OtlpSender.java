package io.tollgate.trace;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sends batches of spans to a collector by OTLP over HTTP, one after the other. Confined to one
 * thread.
 */
final class OtlpSender implements AutoCloseable {
  /** The exporter tells of each failed batch by itself; held, since loggers are held weakly. */
  private static final Logger OF_LIBRARY = Logger.getLogger("io.opentelemetry");

  static {
    OF_LIBRARY.setLevel(Level.OFF);
  }

  private final Duration timeout;
  private final ThreadPoolExecutor executor;
  private final OtlpHttpSpanExporter exporter;
  private volatile @Nullable Thread sending;

  OtlpSender(URI endpoint, Duration timeout) {
    this.timeout = timeout;
    // One that hangs is interrupted; were that not enough, one more batch waits and no other does.
    executor =
        new ThreadPoolExecutor(1, 1, 0, MILLISECONDS, new ArrayBlockingQueue<>(1), this::thread);
    exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(endpoint.toString())
            .setTimeout(timeout)
            .setConnectTimeout(timeout)
            .setMeterProvider(MeterProvider.noop())
            .setExecutorService(executor)
            .build();
  }

  private Thread thread(Runnable task) {
    var made = new Thread(task, "trace-send");
    made.setDaemon(true);
    sending = made;
    return made;
  }

  /** Sends a batch and returns why it could not be, or null if it was. */
  @Nullable String send(List<SpanData> batch) {
    CompletableResultCode result;
    try {
      result = exporter.export(batch).join(timeout.toMillis(), MILLISECONDS);
    } catch (RuntimeException fault) {
      return fault.toString();
    }
    if (result.isSuccess()) {
      return null;
    }
    if (!result.isDone()) {
      // The timeout of the exporter ends with the answer's head: an answer may drip for ever.
      interrupt();
      return "no answer within " + timeout.toMillis() + " ms";
    }
    return reason(result.getFailureThrowable());
  }

  private void interrupt() {
    Thread known = sending;
    if (known != null) {
      known.interrupt();
    }
  }

  private static String reason(@Nullable Throwable failure) {
    Throwable cause = failure == null ? null : failure.getCause();
    // Whatever the collector has answered is its own affair, and no text for our log.
    return cause == null ? "the collector has refused them" : cause.toString();
  }

  @Override
  public void close() {
    executor.shutdownNow();
    exporter.close();
  }
}
