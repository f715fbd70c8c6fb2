package io.tollgate.management.instance;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.key.RevocationBarrier;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.RecordName;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/**
 * The switch that all API keys hang on: while it is off none works, and none is revoked. Safe for
 * all virtual threads.
 */
public final class KeySwitchEndpoint {
  private static final String PATH = "/instance/api_keys";
  private static final String ENABLED = "enabled";

  private final Transactions transactions;
  private final RevocationBarrier barrier;

  public KeySwitchEndpoint(Transactions transactions, RevocationBarrier barrier) {
    this.transactions = transactions;
    this.barrier = barrier;
  }

  /** Enters the endpoints into the table. */
  public void enter(Endpoints endpoints) {
    endpoints.get("instance.api_keys.get", Area.INSTANCE, PATH, this::get);
    endpoints.patch("instance.api_keys.update", Area.INSTANCE, PATH, this::update);
  }

  private void get(RoutingContext exchange) {
    InstanceRecord instance = InstanceRecord.of(transactions.find(RecordName.INSTANCE));
    Endpoints.answer(exchange, encode(instance));
  }

  /** Passes the barrier either way: who switches on wants to hear when keys work again. */
  private void update(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(ENABLED));
    boolean enabled = body.flag(ENABLED);
    var origin = Origin.of(exchange);
    Change.Recorded change = transactions.change(open -> switched(open, enabled, origin));
    barrier.pass(change.epoch(), change.number());
    Endpoints.answer(exchange, encode(enabled));
  }

  private static Change.Recorded switched(Change change, boolean enabled, Origin origin) {
    InstanceRecord before = InstanceRecord.of(change.lock(RecordName.INSTANCE));
    if (before.keysEnabled() == enabled) {
      return change.newest();
    }
    InstanceRecord after = before.withKeysEnabled(enabled);
    change.put(RecordName.INSTANCE, after);
    String action = enabled ? "instance.api_keys.enable" : "instance.api_keys.disable";
    return change.record(origin.entry(action, "instance", encode(before), encode(after)));
  }

  private static String encode(InstanceRecord instance) {
    return encode(instance.keysEnabled());
  }

  private static String encode(boolean enabled) {
    return new JsonObject().put("object", "instance_api_keys").put(ENABLED, enabled).encode();
  }
}
