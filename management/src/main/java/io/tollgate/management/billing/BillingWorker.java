package io.tollgate.management.billing;

import io.tollgate.management.audit.Transactions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what is due without anybody asking: closes months, and tells sinks of usage. A verticle of
 * one virtual thread; each process of a deployment may run one.
 */
public final class BillingWorker extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(BillingWorker.class);

  private final Transactions transactions;
  private final HttpCaller http;
  private final List<DueStep> steps = new ArrayList<>();
  private final Promise<Void> ended = Promise.promise();
  private volatile boolean stopping;
  private @Nullable Promise<Void> resting;
  private boolean isAway;

  public BillingWorker(Transactions transactions, BillingConfig config) {
    this.transactions = transactions;
    http = new HttpCaller(config.deadline());
    var closing = new StatementClosing(transactions, new Statements(transactions));
    steps.add(new DueStep("closing of statements", closing::step));
    List<UsageSink> sinks = sinks(config);
    if (!sinks.isEmpty()) {
      steps.add(new DueStep("gathering of usage", new UsageGathering(transactions)::step));
    }
    for (UsageSink sink : sinks) {
      var delivery = new UsageDelivery(transactions, sink);
      steps.add(new DueStep("delivery to " + sink.name(), delivery::step));
    }
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

  private boolean step() {
    Instant now;
    try {
      now = PostgresTime.now(transactions);
      isAway = false;
    } catch (RuntimeException away) {
      if (!isAway) {
        LOG.warn("what is due of billing has to wait: {}", away.toString());
      }
      isAway = true;
      return false;
    }
    boolean isMore = false;
    for (DueStep step : steps) {
      isMore |= !stopping && step.run(now);
    }
    return isMore;
  }

  private void rest() {
    Promise<Void> promise = Promise.promise();
    resting = promise;
    long timer = vertx.setTimer(DueStep.REST.toMillis(), rang -> promise.tryComplete());
    promise.future().await();
    vertx.cancelTimer(timer);
    resting = null;
  }
}
