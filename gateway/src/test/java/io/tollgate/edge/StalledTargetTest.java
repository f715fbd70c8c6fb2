package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.edge.MoodyUpstream.Mood;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.Destination;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.TargetConfig;
import io.tollgate.store.Awaiting;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Answers that stand still after they have begun, until {@code idle-timeout} ends them. */
class StalledTargetTest {
  private static final Duration IDLE = Duration.ofMillis(300);

  @RegisterExtension static final Stores STORES = new Stores();

  private static Secret key;

  private final MoodyUpstream good = new MoodyUpstream();
  private final MoodyUpstream moody = new MoodyUpstream();

  @BeforeAll
  static void makeKey() {
    key = STORES.keys.everywhere();
  }

  @AfterEach
  void closeTargets() {
    good.close();
    moody.close();
  }

  private RunningGateway gateway(Duration idle, Duration total) {
    ProxyConfig bounds = ProxyConfig.DEFAULTS;
    TargetConfig targets =
        new TargetSettings().ejection(TargetConfig.DEFAULTS.ejectionMax()).noSlowStart().config();
    var proxy =
        new ProxyConfig(
                bounds.connectTimeout(),
                bounds.responseTimeout(),
                idle,
                total,
                bounds.connectionsMax(),
                bounds.queueMax(),
                bounds.headerBytesMax(),
                bounds.headerCountMax())
            .with(targets);
    List<URI> urls = Stream.of(good, moody).map(target -> URI.create(target.url())).toList();
    Route route = Route.to("/", good.url()).to(new Destination(urls, ""));
    return new RunningGateway(STORES.postgres, STORES.redis, proxy, LimitConfig.UNLIMITED, route);
  }

  /** Asks for that many times at once, and returns when each answer has come or was cut. */
  private static void ask(RunningGateway edge, String path, int times) {
    String request =
        "GET " + path + " HTTP/1.1\r\nHost: t\r\nConnection: close\r\nX-API-Key: " + key.reveal();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      threads.add(
          Thread.startVirtualThread(
              () -> RawClient.raw(edge.gateway.port(), request + "\r\n\r\n")));
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private boolean isInUse(RunningGateway edge) {
    return edge.gateway.targets().stream()
        .map(JsonObject.class::cast)
        .filter(each -> each.getString("target").equals(moody.place()))
        .allMatch(each -> each.getString("state").equals("in use"));
  }

  @Test
  void one_that_stalls_amid_its_answers_is_found_out() {
    assertFoundOut(IDLE, Duration.ZERO);
  }

  @Test
  void it_is_found_out_as_well_where_the_time_in_all_ends_its_answers() {
    assertFoundOut(Duration.ofMinutes(1), Duration.ofMillis(700));
  }

  private void assertFoundOut(Duration idle, Duration total) {
    try (var edge = gateway(idle, total)) {
      moody.be(Mood.STALLING);
      Awaiting.until(
          "it is found out",
          () -> {
            ask(edge, "/", 8);
            return !isInUse(edge);
          });
      assertThat(edge.counted("tollgate.target.failures", "why", "silent")).isPositive();
    }
  }

  @Test
  void streams_that_rest_for_too_long_make_us_ask_and_never_take_a_target_out_of_use() {
    try (var edge = gateway(IDLE, Duration.ZERO)) {
      Awaiting.until(
          "both were asked by us",
          () -> {
            ask(edge, "/events", 16);
            return good.checks.get() > 0 && moody.checks.get() > 0;
          });
      ask(edge, "/events", 16);
      assertThat(edge.metrics.find("tollgate.target.changes").counters()).isEmpty();
    }
  }
}
