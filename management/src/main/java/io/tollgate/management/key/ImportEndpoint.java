package io.tollgate.management.key;

import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;

/**
 * Import of keys whose secrets were issued elsewhere and are known by their hashes alone. Safe for
 * all virtual threads.
 */
public final class ImportEndpoint {
  private static final String KEYS = "keys";
  private static final int KEYS_MAX = 5_000;
  private static final String DRY_RUN = "dry_run";

  /** Each may hold its body many times over while it is read. */
  private static final int AT_ONCE_MAX = 4;

  private static final int RETRY_AFTER_SECONDS = 2;

  private final Transactions transactions;
  private final RevocationBarrier barrier;
  private final RandomGenerator random;
  private final int bytesMax;
  private final Semaphore turns = new Semaphore(AT_ONCE_MAX);

  /**
   * Makes the endpoint.
   *
   * @param bytesMax the longest body
   */
  public ImportEndpoint(
      Transactions transactions, RevocationBarrier barrier, RandomGenerator random, int bytesMax) {
    this.transactions = transactions;
    this.barrier = barrier;
    this.random = random;
    this.bytesMax = bytesMax;
  }

  /** Enters the endpoint into the table. */
  public void enter(Endpoints endpoints) {
    endpoints.post("api_keys.import", Area.KEYS, "/api_keys/import", bytesMax, this::take);
  }

  private void take(RoutingContext exchange) {
    if (!turns.tryAcquire()) {
      throw ApiError.unavailable(
          "imports_overloaded",
          "Too many imports at once",
          "Other imports are under way, of which there may be "
              + AT_ONCE_MAX
              + "; nothing was done.",
          RETRY_AFTER_SECONDS);
    }
    try {
      takeInTurn(exchange);
    } finally {
      turns.release();
    }
  }

  private void takeInTurn(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(DRY_RUN, KEYS));
    boolean dryRun = body.has(DRY_RUN) && body.flag(DRY_RUN);
    List<RequestBody> wanted = body.objects(KEYS, KEYS_MAX);
    if (wanted.isEmpty()) {
      throw ApiError.parameter(
          "form_param_value_invalid",
          "is invalid",
          KEYS,
          KEYS + " must name 1 to " + KEYS_MAX + ", named none.");
    }
    var imported =
        new KeyImport(transactions, barrier, random, Origin.of(exchange), dryRun, wanted.size());
    imported.take(wanted);
    Endpoints.answer(exchange, encode(imported, dryRun));
  }

  private static String encode(KeyImport imported, boolean dryRun) {
    List<KeyImport.Outcome> outcomes = imported.outcomes();
    var data = new JsonArray();
    int refused = 0;
    for (KeyImport.Outcome outcome : outcomes) {
      var one = new JsonObject().put("index", data.size()).put("status", outcome.status());
      if (outcome.id() != null) {
        one.put("id", outcome.id());
      }
      if (outcome.error() != null) {
        one.put("error", outcome.error().toJson());
        refused++;
      }
      data.add(one);
    }
    int taken = outcomes.size() - refused;
    return new JsonObject()
        .put("object", "api_keys_import")
        .put("dry_run", dryRun)
        .put("total_count", outcomes.size())
        .put("created_count", dryRun ? 0 : taken)
        .put("valid_count", dryRun ? taken : 0)
        .put("refused_count", refused)
        .put("holds_everywhere", imported.isHeldEverywhere())
        .put("data", data)
        .encode();
  }
}
