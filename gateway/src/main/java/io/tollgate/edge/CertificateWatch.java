package io.tollgate.edge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.tls.ListenerTls;
import io.tollgate.tls.TlsContext;
import io.tollgate.tls.TlsFault;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes new certificates, keys and authorities without a restart: the files are looked at now and
 * then, since a mounted secret is swapped by a symbolic link, of which a watch never hears.
 *
 * <p>Faulty files change nothing, and are told of once.
 */
final class CertificateWatch {
  /** How often the files are looked at. */
  static final Duration INTERVAL = Duration.ofSeconds(5);

  private static final long NONE = -1;
  private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);

  private final @Nullable TlsContext clients;
  private final TlsContext upstreams;
  private final List<Side> sides = new ArrayList<>();
  private long timer = NONE;

  /** One of the two sides, and what was wrong with its files when they were last looked at. */
  private static final class Side {
    private final String name;
    private final TlsContext context;
    private final Counter faults;
    private String fault = "";

    Side(String name, TlsContext context, MeterRegistry metrics) {
      this.name = name;
      this.context = context;
      faults =
          Counter.builder("tollgate.tls.reload.failures")
              .description("Looks at the files of TLS that found faulty ones; the old ones go on")
              .tag("side", name)
              .register(metrics);
      Gauge.builder("tollgate.tls.certificate.end", this, Side::endSeconds)
          .baseUnit("seconds")
          .description("When the first certificate of our chain ends, since the epoch")
          .tag("side", name)
          .strongReference(true)
          .register(metrics);
    }

    private double endSeconds() {
      Instant end = context.end();
      return end == null ? Double.NaN : end.getEpochSecond();
    }

    /** Blocks, since it reads files. */
    private synchronized void look() {
      try {
        if (context.reload()) {
          LOG.info("new files of TLS are used towards {}", name);
        }
        fault = "";
      } catch (TlsFault e) {
        faults.increment();
        String found = String.valueOf(e.getMessage());
        if (!found.equals(fault)) {
          LOG.error("TLS towards {} goes on with the files as they were: {}", name, found);
        }
        fault = found;
      }
    }
  }

  private CertificateWatch(@Nullable TlsContext clients, TlsContext upstreams) {
    this.clients = clients;
    this.upstreams = upstreams;
  }

  /**
   * Reads all files.
   *
   * @throws TlsFault if one of them can't be used
   */
  static CertificateWatch of(GatewayConfig config, MeterRegistry metrics) {
    ListenerTls listener = config.edge().tls();
    @Nullable TlsContext clients =
        listener == null ? null : TlsContext.of(listener, config.edge().http2().byTls());
    TlsContext upstreams = TlsContext.of(config.proxy().tls());
    var watch = new CertificateWatch(clients, upstreams);
    if (clients != null) {
      watch.sides.add(new Side("clients", clients, metrics));
    }
    if (upstreams.hasFiles()) {
      watch.sides.add(new Side("upstreams", upstreams, metrics));
    }
    return watch;
  }

  /** Returns what clients' connections are made with; null for plain HTTP. */
  @Nullable TlsContext clients() {
    return clients;
  }

  TlsContext upstreams() {
    return upstreams;
  }

  void start(Vertx vertx) {
    if (!sides.isEmpty()) {
      timer = vertx.setPeriodic(INTERVAL.toMillis(), tick -> look(vertx));
    }
  }

  /** Looks at all files now; completes when new ones are used. */
  Future<?> look(Vertx vertx) {
    return vertx
        .executeBlocking(
            () -> {
              sides.forEach(Side::look);
              return sides.size();
            })
        .onFailure(fault -> LOG.error("the files of TLS can't be looked at", fault));
  }

  void stop(Vertx vertx) {
    if (timer != NONE) {
      vertx.cancelTimer(timer);
    }
  }
}
