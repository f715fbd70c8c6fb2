package io.tollgate.management.key;

import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.KeyId;
import io.tollgate.key.Secret;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.projector.Projector;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.management.wire.RequestId;
import io.tollgate.management.wire.RequestParameters;
import io.tollgate.ring.Clocks;
import io.tollgate.ring.FenceConfig;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The endpoints of API keys. Safe for all virtual threads. */
public final class KeyEndpoint {
  private static final int REASON_MAX = 255;

  private final KeyRegistry keys;
  private final VerifyCache verified;
  private final KeyFormat format;
  private final RandomGenerator random;
  private final RevocationBarrier barrier;

  /**
   * Makes the endpoints.
   *
   * @param random must be cryptographically strong: secrets are made of it
   * @param fence for how long an answer about a key may be believed, here as in gateways
   * @param verifyCacheBytes how much of what Postgres said may be held to verify keys
   */
  public KeyEndpoint(
      Vertx vertx,
      Transactions transactions,
      KeyFormat format,
      Projector projector,
      FenceConfig fence,
      RandomGenerator random,
      int verifyCacheBytes,
      MeterRegistry metrics) {
    keys = new KeyRegistry(transactions);
    verified = new VerifyCache(keys::find, fence.bound(), verifyCacheBytes, Clocks.SYSTEM, metrics);
    this.format = format;
    barrier = new RevocationBarrier(new StoresEvidence(vertx, projector, transactions), fence);
    this.random = random;
  }

  /** Enters the endpoints into the table. */
  public void enter(Endpoints endpoints) {
    endpoints.post("api_keys.create", "/api_keys", this::create);
    endpoints.get("api_keys.list", "/api_keys", this::list);
    endpoints.post("api_keys.verify", "/api_keys/verify", this::verify);
    endpoints.get("api_keys.get", "/api_keys/:id", this::get);
    endpoints.post("api_keys.revoke", "/api_keys/:id/revoke", this::revoke);
  }

  private void create(RoutingContext exchange) {
    NewKey wanted = NewKey.parse(RequestBody.parse(exchange.body().buffer()));
    Secret secret = format.mint(random);
    // Its way to Redis is not awaited: a gateway that does not find it there asks Postgres.
    ApiKey key =
        keys.insert(wanted, KeyId.random(random), KeyDigest.of(secret), RequestId.of(exchange));
    Endpoints.answer(exchange, KeyJson.encode(key, secret));
  }

  private void list(RoutingContext exchange) {
    KeyRegistry.Listed listed = keys.list(KeyPage.parse(new RequestParameters(exchange)));
    Endpoints.answer(exchange, KeyJson.encode(listed.page(), listed.total()));
  }

  private void get(RoutingContext exchange) {
    ApiKey key = keys.find(id(exchange)).orElseThrow(KeyEndpoint::unknown);
    Endpoints.answer(exchange, KeyJson.encode(key));
  }

  /** Unknown, malformed, revoked and expired answer alike: clients read any 200 as valid. */
  private void verify(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of("secret"));
    Secret secret = new Secret(body.text("secret"));
    // What the check tag betrays costs Postgres nothing.
    if (!format.isGenuine(secret)) {
      throw unverified();
    }
    ApiKey key =
        verified
            .find(KeyDigest.of(secret))
            .filter(ApiKey::isValid)
            .orElseThrow(KeyEndpoint::unverified);
    Endpoints.answer(exchange, KeyJson.encode(key));
  }

  private void revoke(RoutingContext exchange) {
    KeyId id = id(exchange);
    RequestBody body = RequestBody.parseOptional(exchange.body().buffer());
    body.allowOnly(Set.of("revocation_reason"));
    @Nullable String reason =
        Texts.withinOrNull("revocation_reason", body.textOrNull("revocation_reason"), REASON_MAX);
    KeyRegistry.Revoked revoked =
        keys.revoke(id, reason, RequestId.of(exchange)).orElseThrow(KeyEndpoint::unknown);
    // Also where the key was revoked before: that call may never have come this far.
    barrier.pass(revoked);
    Endpoints.answer(exchange, KeyJson.encode(revoked.key()));
  }

  /** An ill-formed id names no key, which is all that there is to say about it. */
  private static KeyId id(RoutingContext exchange) {
    String id = exchange.pathParam("id");
    if (id == null || !KeyId.isKeyId(id)) {
      throw unknown();
    }
    return KeyId.parse(id);
  }

  private static ApiError unknown() {
    return ApiError.notFound("No API key has this id.");
  }

  private static ApiError unverified() {
    return ApiError.notFound("No valid API key has this secret.");
  }
}
