package io.tollgate.management.instance;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.Secret;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.key.RevocationBarrier;
import io.tollgate.management.wire.Actor;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.management.wire.RequestParameters;
import io.tollgate.management.wire.Seconds;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The endpoints of secret keys. The one that the deployment was started with is not among them: it
 * opens all, and can't be revoked from here. Safe for all virtual threads.
 */
public final class SecretKeyEndpoint {
  private static final String ROOT = "/instance/secret_keys";
  private static final String ONE = ROOT + "/:id";
  private static final int LIMIT_DEFAULT = 10;
  private static final int LIMIT_MAX = 100;
  private static final int OFFSET_MAX = 1_000_000;

  private final SecretKeyRegistry keys;
  private final KeyFormat format;
  private final RevocationBarrier barrier;
  private final RandomGenerator random;

  /**
   * Makes the endpoints.
   *
   * @param format of secret keys
   * @param random must be cryptographically strong: secrets are made of it
   */
  public SecretKeyEndpoint(
      Transactions transactions,
      KeyFormat format,
      RevocationBarrier barrier,
      RandomGenerator random) {
    keys = new SecretKeyRegistry(transactions);
    this.format = format;
    this.barrier = barrier;
    this.random = random;
  }

  /** Enters the endpoints into the table. */
  public void enter(Endpoints endpoints) {
    endpoints.post("secret_keys.create", Area.INSTANCE, ROOT, this::create);
    endpoints.get("secret_keys.list", Area.INSTANCE, ROOT, this::list);
    endpoints.get("secret_keys.get", Area.INSTANCE, ONE, this::get);
    endpoints.post("secret_keys.rotate", Area.INSTANCE, ONE + "/rotate", this::rotate);
    endpoints.post("secret_keys.revoke", Area.INSTANCE, ONE + "/revoke", this::revoke);
  }

  private void create(RoutingContext exchange) {
    NewSecretKey wanted = NewSecretKey.parse(RequestBody.parse(exchange.body().buffer()));
    Secret secret = format.mint(random);
    var id = new byte[16];
    random.nextBytes(id);
    // Its way to Redis is not awaited: whoever does not find it there asks Postgres.
    SecretKey key =
        keys.insert(
            wanted,
            "isk_" + HexFormat.of().formatHex(id),
            KeyDigest.of(secret),
            Actor.of(exchange),
            Origin.of(exchange));
    answer(exchange, key.toJson().put("secret", secret.reveal()));
  }

  private void list(RoutingContext exchange) {
    var parameters = new RequestParameters(exchange);
    SecretKeyRegistry.Listed listed =
        keys.list(
            parameters.integer("limit", LIMIT_DEFAULT, 1, LIMIT_MAX),
            parameters.integer("offset", 0, 0, OFFSET_MAX));
    var data = new JsonArray();
    listed.page().forEach(key -> data.add(key.toJson()));
    answer(exchange, new JsonObject().put("data", data).put("total_count", listed.total()));
  }

  private void get(RoutingContext exchange) {
    answer(exchange, keys.find(id(exchange)).orElseThrow(SecretKeyEndpoint::unknown).toJson());
  }

  private void rotate(RoutingContext exchange) {
    String id = id(exchange);
    RequestBody body = RequestBody.parseOptional(exchange.body().buffer());
    body.allowOnly(Set.of(Seconds.OVERLAP));
    Duration overlap = Seconds.overlap(body);
    Secret secret = format.mint(random);
    SecretKeyRegistry.Changed changed =
        keys.rotate(id, KeyDigest.of(secret), overlap, Actor.of(exchange), Origin.of(exchange))
            .orElseThrow(SecretKeyEndpoint::unknown);
    pass(changed);
    answer(exchange, changed.key().toJson().put("secret", secret.reveal()));
  }

  /** Passes also where nothing had to be done: an earlier call may never have come this far. */
  private void revoke(RoutingContext exchange) {
    String id = id(exchange);
    RequestBody.parseOptional(exchange.body().buffer()).allowOnly(Set.of());
    SecretKeyRegistry.Changed changed =
        keys.revoke(id, Origin.of(exchange)).orElseThrow(SecretKeyEndpoint::unknown);
    pass(changed);
    answer(exchange, changed.key().toJson());
  }

  private void pass(SecretKeyRegistry.Changed changed) {
    barrier.pass(changed.change().epoch(), changed.change().number());
  }

  private static void answer(RoutingContext exchange, JsonObject json) {
    Endpoints.answer(exchange, json.encode());
  }

  /** An ill-formed id names no key, which is all that there is to say about it. */
  private static String id(RoutingContext exchange) {
    String id = exchange.pathParam("id");
    if (id == null || !SecretKey.isId(id)) {
      throw unknown();
    }
    return id;
  }

  private static ApiError unknown() {
    return ApiError.notFound("No secret key has this id.");
  }
}
