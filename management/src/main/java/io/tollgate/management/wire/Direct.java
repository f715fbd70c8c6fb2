package io.tollgate.management.wire;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;

/** Handlers in direct style: each exchange is handled on a virtual thread, where it may wait. */
public final class Direct {
  private static final String LOOP = Direct.class.getName();

  private Direct() {}

  /** Runs a handler on a virtual thread of its own; what it throws fails the exchange. */
  public static void run(RoutingContext exchange, Handler<RoutingContext> handler) {
    Context loop = exchange.vertx().getOrCreateContext();
    exchange.put(LOOP, loop);
    Thread.ofVirtual()
        .name("management")
        .start(
            () -> {
              try {
                handler.handle(exchange);
              } catch (Throwable failure) {
                loop.runOnContext(hopped -> exchange.fail(failure));
              }
            });
  }

  /** Goes back to where the exchange came from, and must be answered. */
  public static void back(RoutingContext exchange, Runnable work) {
    Context loop = Objects.requireNonNull(exchange.get(LOOP), "the handler runs directly");
    loop.runOnContext(hopped -> work.run());
  }
}
