package io.tollgate.trace;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes spans that have ended and sends them in batches, on a thread of its own: an event loop
 * never waits for a collector. What finds no place, and what can't be sent, is dropped and counted.
 *
 * <p>{@link #onEnd} is safe for all threads.
 */
final class SpanQueue implements SpanProcessor {
  private static final Logger LOG = LoggerFactory.getLogger(SpanQueue.class);
  private static final int BATCH_MAX = 512;

  /** How long spans gather. The thread is not woken for them, which an event loop would pay. */
  private static final Duration INTERVAL = Duration.ofMillis(100);

  private final OtlpSender sender;
  private final URI endpoint;
  private final long timeoutNanos;
  private final ArrayBlockingQueue<ReadableSpan> queue;
  private final Counter sent;
  private final Counter overflowed;
  private final Counter unsent;
  private final Thread thread;
  private volatile boolean closing;
  private volatile long closeByNanos;
  private boolean failing;

  SpanQueue(TraceConfig config, URI endpoint, MeterRegistry metrics) {
    this.endpoint = endpoint;
    sender = new OtlpSender(endpoint, config.exportTimeout());
    timeoutNanos = config.exportTimeout().toNanos();
    queue = new ArrayBlockingQueue<>(config.queueMax());
    sent =
        Counter.builder("tollgate.trace.spans.sent")
            .description("Spans that the collector has taken")
            .register(metrics);
    overflowed = dropped(metrics, "queue-full");
    unsent = dropped(metrics, "export-failed");
    thread = new Thread(this::run, "trace-export");
    thread.setDaemon(true);
    thread.start();
  }

  private static Counter dropped(MeterRegistry metrics, String reason) {
    return Counter.builder("tollgate.trace.spans.dropped")
        .description("Spans that were lost: there were too many, or the collector took none")
        .tag("reason", reason)
        .register(metrics);
  }

  @Override
  public boolean isStartRequired() {
    return false;
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {
    // Only what has ended is told.
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  @Override
  public void onEnd(ReadableSpan span) {
    if (!queue.offer(span)) {
      overflowed.increment();
    }
  }

  private void run() {
    boolean last = false;
    while (!last) {
      LockSupport.parkNanos(INTERVAL.toNanos());
      // Only the end of the process interrupts.
      last = closing || Thread.currentThread().isInterrupted();
      drain();
    }
    sender.close();
  }

  private void drain() {
    List<ReadableSpan> batch = new ArrayList<>(BATCH_MAX);
    while (queue.drainTo(batch, BATCH_MAX) > 0) {
      if (isLate()) {
        unsent.increment(batch.size());
      } else {
        send(batch);
      }
      batch.clear();
    }
  }

  private boolean isLate() {
    return closing && System.nanoTime() - closeByNanos >= 0;
  }

  private void send(List<ReadableSpan> batch) {
    String fault = sender.send(batch.stream().map(ReadableSpan::toSpanData).toList());
    if (fault == null) {
      sent.increment(batch.size());
    } else {
      unsent.increment(batch.size());
    }
    tell(fault);
  }

  /** Tells of the first failure of a row, and of its end. */
  private void tell(@Nullable String fault) {
    if (fault != null && !failing) {
      LOG.warn(
          "spans can't be sent to {}, they are dropped and counted until they can: {}",
          endpoint,
          fault);
    } else if (fault == null && failing) {
      LOG.info("spans are sent to {} again", endpoint);
    }
    failing = fault != null;
  }

  /** Sends what is left, for a while at most. */
  @Override
  public void close() {
    closeByNanos = System.nanoTime() + timeoutNanos;
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(NANOSECONDS.toMillis(timeoutNanos));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
