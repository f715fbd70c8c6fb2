package io.tollgate.management.billing;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.work.Worker;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what is due without anybody asking: closes months, and tells sinks of usage. A verticle of
 * one virtual thread; each process of a deployment may run one.
 */
public final class BillingWorker extends Worker {
  private static final Logger LOG = LoggerFactory.getLogger(BillingWorker.class);

  private final Transactions transactions;
  private final HttpCaller http;
  private final List<DueStep> steps = new ArrayList<>();
  private boolean isAway;

  public BillingWorker(Transactions transactions, BillingConfig config) {
    super(DueStep.REST.toMillis());
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
  public Future<?> stop() {
    Future<?> ended = super.stop();
    // A call under way would be waited for.
    http.close();
    return ended;
  }

  /** Rests first: a process that has just started has more to do for those who wait. */
  @Override
  protected void begin() {
    rest();
  }

  @Override
  protected boolean work() {
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
      isMore |= !isStopping() && step.run(now);
    }
    return isMore;
  }
}
