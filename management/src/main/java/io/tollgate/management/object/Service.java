package io.tollgate.management.object;

import io.tollgate.access.Subject;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.key.EndedKeys;
import io.tollgate.management.key.RevocationBarrier;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestParameters;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Tuple;
import java.util.function.Supplier;

/** What the endpoints of this area share: finding, listing, and answering when it holds. */
public final class Service {
  private final Transactions transactions;
  private final RevocationBarrier barrier;
  private final EndedKeys endedKeys;

  public Service(Transactions transactions, RevocationBarrier barrier) {
    this.transactions = transactions;
    this.barrier = barrier;
    endedKeys = new EndedKeys(transactions);
  }

  /** Returns an id from the path; an ill-formed one names nothing, which is all there is to say. */
  public static String id(
      RoutingContext exchange, String part, String prefix, Supplier<ApiError> unknown) {
    String id = exchange.pathParam(part);
    if (id == null || !WordId.isId(prefix, id)) {
      throw unknown.get();
    }
    return id;
  }

  public Spelled find(ObjectView view, String id, Supplier<ApiError> unknown) {
    return find(view, "id", id, unknown);
  }

  public Spelled find(ObjectView view, String column, String value, Supplier<ApiError> unknown) {
    return view.find(transactions::read, column, value).orElseThrow(unknown);
  }

  public ObjectView.Listed list(ObjectView view, RoutingContext exchange) {
    Page page = Page.parse(new RequestParameters(exchange), view.columns());
    return view.list(transactions::read, page);
  }

  /** Returns a part of those that a condition is true of; its values are {@code $4} and on. */
  public ObjectView.Listed list(ObjectView view, Page page, String condition, Tuple values) {
    return view.list(transactions::read, page, condition, values);
  }

  /** Answers when no gateway can go by what was before. */
  public void answer(RoutingContext exchange, Changed changed) {
    pass(changed);
    Endpoints.answer(exchange, changed.object().text());
  }

  /** Answers the same for what is gone. */
  public void answerDeleted(RoutingContext exchange, Changed changed) {
    pass(changed);
    tellDeleted(exchange, changed);
  }

  private static void tellDeleted(RoutingContext exchange, Changed changed) {
    var json =
        new JsonObject()
            .put("object", changed.object().member("object"))
            .put("id", changed.object().member("id"))
            .put("deleted", true);
    Endpoints.answer(exchange, json.encode());
  }

  /** Answers the same for one that had keys, which ended with it and are marked so. */
  public void answerEnded(RoutingContext exchange, Changed changed) {
    pass(changed);
    endedKeys.markAll(new Subject(changed.object().member("id")), "subject deleted");
    tellDeleted(exchange, changed);
  }

  /** Returns when no gateway can go by what was before. */
  public void pass(Changed changed) {
    barrier.pass(changed.change().epoch(), changed.change().number());
  }

  /**
   * Passes before it is said that there is nothing to be removed: an earlier call may have removed
   * it, and may never have come this far.
   */
  public ApiError passed(ApiError nothing) {
    Change.Recorded newest = transactions.change(Change::newest);
    barrier.pass(newest.epoch(), newest.number());
    return nothing;
  }
}
