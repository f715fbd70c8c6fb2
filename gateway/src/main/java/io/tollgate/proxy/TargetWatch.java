package io.tollgate.proxy;

import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks names up and asks endpoints when that is due; whichever event loop comes first does it for
 * all.
 *
 * <p>Confined to the event loop that owns it.
 */
final class TargetWatch {
  private static final Logger LOG = LoggerFactory.getLogger(TargetWatch.class);

  /** How looking up a name ends. */
  enum LookUp {
    SAME,
    CHANGED,
    FAILED
  }

  private final Forwarder forwarder;
  private final Function<String, Future<List<InetSocketAddress>>> resolver;
  private final List<Check> checks = new ArrayList<>();

  TargetWatch(Forwarder forwarder, Function<String, Future<List<InetSocketAddress>>> resolver) {
    this.forwarder = forwarder;
    this.resolver = resolver;
  }

  void tick(long nowNanos) {
    UpstreamTargets targets = forwarder.targets();
    targets.forgetDrained();
    long intervalNanos = targets.config().resolveInterval().toNanos();
    for (UpstreamTarget target : targets.all()) {
      if (target.takeResolve(nowNanos, intervalNanos)) {
        resolve(target);
      }
      target.endpoints().forEach(this::look);
    }
    for (Check check : List.copyOf(checks)) {
      check.tick(nowNanos);
    }
  }

  private void resolve(UpstreamTarget target) {
    String host = UpstreamAddress.host(target.url());
    UpstreamTargets targets = forwarder.targets();
    Future<List<InetSocketAddress>> found = resolver.apply(host);
    found.addListener(
        done -> {
          if (!done.isSuccess()) {
            LOG.debug("{} stays at what it was: {}", host, done.cause().getMessage());
            targets.metrics().lookedUp(target, LookUp.FAILED);
          } else if (targets.resolved(target, found.getNow(), forwarder.nowNanos())) {
            LOG.info("{} stands for {} now", host, target.endpoints());
            targets.metrics().lookedUp(target, LookUp.CHANGED);
          } else {
            targets.metrics().lookedUp(target, LookUp.SAME);
          }
        });
  }

  /** Asks an endpoint, if that is due. */
  void look(Endpoint endpoint) {
    if (endpoint.health().takeCheck(forwarder.nowNanos())) {
      try {
        begin(new Check(forwarder, endpoint, checks::remove));
      } catch (RuntimeException | OutOfMemoryError fault) {
        LOG.error("{} can't be asked", endpoint, fault);
        endpoint.health().uncheckable(forwarder.nowNanos());
      }
    }
  }

  private void begin(Check check) {
    checks.add(check);
    try {
      check.begin();
    } catch (RuntimeException | OutOfMemoryError fault) {
      LOG.error("a check could not be made", fault);
      check.abandon();
    }
  }

  void close() {
    List.copyOf(checks).forEach(Check::abandon);
  }
}
