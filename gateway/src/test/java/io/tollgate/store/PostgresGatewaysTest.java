package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.store.PostgresGateways.Listed;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a gateway learns of the others, and of itself, from the list. */
class PostgresGatewaysTest {
  private static final GatewayName SELF = name("edge-1", "boot-1");

  private TestPostgres postgres;
  private Vertx vertx;
  private Context context;
  private PostgresGateways list;

  private static GatewayName name(String name, String boot) {
    return new GatewayName(name, boot, Duration.ofSeconds(1), Duration.ofHours(1));
  }

  @BeforeEach
  void start() throws Exception {
    postgres = TestPostgres.database();
    vertx = Vertx.vertx();
    context = vertx.getOrCreateContext();
    list =
        onContext(
            () -> Future.succeededFuture(new PostgresGateways(vertx, postgres.config(), SELF)));
  }

  @AfterEach
  void stop() throws Exception {
    onContext(list::close);
    vertx.close().await(10, TimeUnit.SECONDS);
    postgres.close();
  }

  private <T> T onContext(Supplier<Future<T>> work) throws Exception {
    Promise<T> done = Promise.promise();
    context.runOnContext(unused -> work.get().onComplete(done));
    return done.future().await(20, TimeUnit.SECONDS);
  }

  private void register(GatewayName gateway) throws Exception {
    PostgresLog log =
        onContext(() -> Future.succeededFuture(new PostgresLog(vertx, postgres.config(), gateway)));
    Awaiting.until(
        gateway.name() + " is on the list",
        () -> {
          onContext(log::register);
          return true;
        });
    onContext(log::close);
  }

  private Listed listed() {
    var told = new Listed[1];
    Awaiting.until(
        "the list was told",
        () -> {
          told[0] = onContext(list::count);
          return true;
        });
    return told[0];
  }

  @Test
  void who_is_not_on_it_is_told_so() throws Exception {
    assertThat(listed()).isEqualTo(new Listed(0, false));
    register(name("edge-2", "boot-2"));
    assertThat(listed()).isEqualTo(new Listed(1, false));
  }

  @Test
  void a_process_that_took_the_name_is_another() throws Exception {
    register(SELF);
    assertThat(listed()).isEqualTo(new Listed(1, true));
    register(name("edge-1", "boot-of-the-next"));
    assertThat(listed()).isEqualTo(new Listed(1, false));
  }

  @Test
  void a_management_takes_no_requests_and_is_not_counted() throws Exception {
    register(SELF);
    register(name(GatewayName.MANAGEMENT_PREFIX + "edge-1", "boot-3"));
    assertThat(listed()).isEqualTo(new Listed(1, true));
  }
}
