package io.tollgate.management.billing;

import io.tollgate.management.audit.Transactions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what is due without anybody asking: closes months, and tells sinks of usage. A verticle of
 * one virtual thread; each process of a deployment may run one.
 */
public final class BillingWorker extends VerticleBase {
  private static final Duration REST = Duration.ofSeconds(10);
  private static final Duration REST_MAX = Duration.ofMinutes(2);
  private static final Logger LOG = LoggerFactory.getLogger(BillingWorker.class);

  private final HttpCaller http;
  private final List<Predicate<Instant>> steps = new ArrayList<>();
  private final Promise<Void> ended = Promise.promise();
  private volatile boolean stopping;
  private @Nullable Promise<Void> resting;
  private int failures;

  public BillingWorker(Transactions transactions, BillingConfig config) {
    http = new HttpCaller(config.deadline());
    steps.add(new StatementClosing(transactions, new Statements(transactions))::step);
    List<UsageSink> sinks = sinks(config);
    if (!sinks.isEmpty()) {
      steps.add(new UsageGathering(transactions)::step);
    }
    sinks.forEach(sink -> steps.add(new UsageDelivery(transactions, sink)::step));
  }

  private List<UsageSink> sinks(BillingConfig config) {
    List<UsageSink> sinks = new ArrayList<>();
    if (config.cloudEventsUrl() != null) {
      sinks.add(new CloudEventsSink(http, config.cloudEventsUrl()));
    }
    if (config.stripeKey() != null) {
      sinks.add(new StripeSink(http, config.stripeKey(), config.stripeUrl()));
    }
    return sinks;
  }

  @Override
  public Future<?> start() {
    context.runOnContext(started -> run());
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    stopping = true;
    http.close();
    if (resting != null) {
      resting.tryComplete();
    }
    return ended.future();
  }

  /** Rests first: a process that has just started has more to do for those who wait. */
  private void run() {
    boolean isMore = false;
    while (!stopping) {
      if (!isMore) {
        rest();
      }
      isMore = !stopping && step();
    }
    ended.complete();
  }

  /** One that fails holds no other up. */
  private boolean step() {
    boolean isMore = false;
    boolean isWhole = true;
    for (Predicate<Instant> step : steps) {
      try {
        isMore |= step.test(Instant.now());
      } catch (RuntimeException | Error e) {
        isWhole = false;
        if (failures == 0) {
          LOG.warn("what is due of billing has to wait: {}", e.toString());
        }
      }
    }
    failures = isWhole ? 0 : failures + 1;
    return isMore && isWhole;
  }

  private void rest() {
    Duration rest = REST.multipliedBy(1L << Math.min(failures, 10));
    Promise<Void> promise = Promise.promise();
    resting = promise;
    long millis = Math.min(rest.toMillis(), REST_MAX.toMillis());
    long timer = vertx.setTimer(millis, rang -> promise.tryComplete());
    promise.future().await();
    vertx.cancelTimer(timer);
    resting = null;
  }
}
