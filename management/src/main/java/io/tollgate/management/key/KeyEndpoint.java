package io.tollgate.management.key;

import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.KeyId;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.management.wire.RequestParameters;
import io.tollgate.management.wire.Seconds;
import io.tollgate.ring.Clocks;
import io.tollgate.ring.Verifier;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The endpoints of API keys. Safe for all virtual threads. */
public final class KeyEndpoint {
  private static final String REASON = "revocation_reason";
  private static final int REASON_MAX = 255;

  private final KeyRegistry keys;
  private final KeyChanges changes;
  private final EndedKeys ended;
  private final KeySecrets secrets;
  private final Repeatable repeatable;
  private final KeyExplanation explanation;
  private final VerifyEndpoint verify;
  private final KeyFormat format;
  private final SecretRecovery recovery;
  private final RandomGenerator random;
  private final RevocationBarrier barrier;

  /**
   * Makes the endpoints.
   *
   * @param derivation makes the secrets of keys whose creation may be repeated
   * @param recovery keeps secrets that are to be shown again
   * @param random must be cryptographically strong: secrets are made of it
   * @param verifyCacheBytes how many bytes of answers to {@code verify} may be held
   */
  public KeyEndpoint(
      Transactions transactions,
      KeyFormat format,
      Pepper.Authenticator derivation,
      SecretRecovery recovery,
      Verifier verifier,
      RevocationBarrier barrier,
      RandomGenerator random,
      int verifyCacheBytes,
      VerificationMeter meter,
      MeterRegistry metrics) {
    keys = new KeyRegistry(transactions);
    changes = new KeyChanges(transactions);
    ended = new EndedKeys(transactions);
    secrets = new KeySecrets(transactions);
    repeatable = new Repeatable(transactions, format, derivation, recovery, random);
    explanation = new KeyExplanation(transactions, keys, format, verifier);
    verify =
        new VerifyEndpoint(
            verifier,
            new VerifyBodies(digest -> keys.find(digest), verifyCacheBytes, Clocks.SYSTEM, metrics),
            meter);
    this.format = format;
    this.recovery = recovery;
    this.barrier = barrier;
    this.random = random;
  }

  /** Enters the endpoints into the table. */
  public void enter(Endpoints endpoints) {
    endpoints.shortcut(VerifyEndpoint.OPERATION, verify::answer);
    endpoints.post("api_keys.create", Area.KEYS, "/api_keys", this::create);
    endpoints.get("api_keys.list", Area.KEYS, "/api_keys", this::list);
    endpoints.post("api_keys.revoke_secret", Area.KEYS, "/api_keys/revoke_secret", this::leaked);
    endpoints.post("api_keys.revoke_subject", Area.KEYS, "/api_keys/revoke_subject", this::end);
    endpoints.ask("api_keys.explain", Area.KEYS, "/api_keys/explain", this::explain);
    endpoints.get("api_keys.get", Area.KEYS, "/api_keys/:id", this::get);
    endpoints.patch("api_keys.update", Area.KEYS, "/api_keys/:id", this::update);
    endpoints.delete("api_keys.delete", Area.KEYS, "/api_keys/:id", this::delete);
    endpoints.post("api_keys.revoke", Area.KEYS, "/api_keys/:id/revoke", this::revoke);
    endpoints.post("api_keys.enable", Area.KEYS, "/api_keys/:id/enable", this::enable);
    endpoints.post("api_keys.disable", Area.KEYS, "/api_keys/:id/disable", this::disable);
    endpoints.post("api_keys.rotate", Area.KEYS, "/api_keys/:id/rotate", this::rotate);
    endpoints.get("api_keys.secrets", Area.KEYS, "/api_keys/:id/secrets", this::secrets);
    endpoints.reveal("api_keys.secret", Area.KEYS, "/api_keys/:id/secret", this::secret);
  }

  private void create(RoutingContext exchange) {
    NewKey wanted = NewKey.parse(RequestBody.parse(exchange.body().buffer()));
    @Nullable RequestName name = RequestName.of(exchange);
    if (name != null) {
      Repeatable.Created created = repeatable.create(name, wanted, Origin.of(exchange));
      Endpoints.answer(exchange, KeyJson.encode(created.key(), created.secret()));
      return;
    }
    Secret secret = format.mint(random);
    KeyId id = KeyId.random(random);
    // Its way to Redis is not awaited: a gateway that does not find it there asks Postgres.
    ApiKey key = keys.insert(wanted, id, recovery.keep(id, secret), Origin.of(exchange));
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

  private void update(RoutingContext exchange) {
    KeyId id = id(exchange);
    KeyPatch patch = KeyPatch.parse(RequestBody.parseOptional(exchange.body().buffer()));
    finish(exchange, changes.patch(id, patch, Origin.of(exchange)));
  }

  private void revoke(RoutingContext exchange) {
    KeyId id = id(exchange);
    RequestBody body = RequestBody.parseOptional(exchange.body().buffer());
    body.allowOnly(Set.of(REASON));
    finish(exchange, changes.revoke(id, reason(body), Origin.of(exchange)));
  }

  /** Whoever found a secret where it should not be knows no id. */
  private void leaked(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of("secret", REASON));
    @Nullable String reason = reason(body);
    var secret = new Secret(body.text("secret"));
    List<ApiKey> found = keys.findAll(secret);
    if (found.isEmpty()) {
      throw ApiError.notFound("No API key has this secret.");
    }
    // Each is proven by itself: what fails behind the first is told by a repeated call.
    List<ApiKey> revoked = new ArrayList<>();
    for (ApiKey key : found) {
      revoked.add(revokeOne(key, reason, Origin.of(exchange), revoked.isEmpty()));
    }
    Endpoints.answer(exchange, KeyJson.encode(revoked.getFirst()));
  }

  private ApiKey revokeOne(ApiKey key, @Nullable String reason, Origin origin, boolean isFirst) {
    try {
      KeyChanges.Changed changed =
          changes.revoke(KeyId.parse(key.id()), reason, origin).orElseThrow(KeyEndpoint::unknown);
      barrier.pass(changed.epoch(), changed.number());
      return changed.key();
    } catch (StoreUnreachable e) {
      if (isFirst) {
        throw e;
      }
      throw RevocationBarrier.pending(
          "Done: one key that has this secret is revoked. Not done: another one has it, too. Repeat"
              + " the call until it answers 200; repeating is safe.");
    }
  }

  /** Ends all keys of a subject. */
  private void end(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(KeyMembers.SUBJECT, REASON));
    var subject = new Subject(KeyMembers.subject(body.text(KeyMembers.SUBJECT)));
    @Nullable String reason = reason(body);
    KeyChanges.SubjectRevoked revoked = changes.revokeAll(subject, Origin.of(exchange));
    // First of all the promise: of the marks nothing hangs on but what lists show.
    barrier.pass(revoked.epoch(), revoked.number());
    int count = ended.mark(subject, revoked.number(), reason);
    Endpoints.answer(
        exchange,
        new JsonObject()
            .put("object", "api_keys_revocation")
            .put("subject", subject.id())
            .put("revoked_count", count)
            .encode());
  }

  private void explain(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    Endpoints.answer(exchange, explanation.of(body).encode());
  }

  private static @Nullable String reason(RequestBody body) {
    return Texts.withinOrNull(REASON, body.textOrNull(REASON), REASON_MAX);
  }

  private void enable(RoutingContext exchange) {
    nothingBut(exchange);
    finish(exchange, changes.enable(id(exchange), true, Origin.of(exchange)));
  }

  private void disable(RoutingContext exchange) {
    nothingBut(exchange);
    finish(exchange, changes.enable(id(exchange), false, Origin.of(exchange)));
  }

  private static void nothingBut(RoutingContext exchange) {
    RequestBody.parseOptional(exchange.body().buffer()).allowOnly(Set.of());
  }

  private void rotate(RoutingContext exchange) {
    KeyId id = id(exchange);
    RequestBody body = RequestBody.parseOptional(exchange.body().buffer());
    body.allowOnly(Set.of(Seconds.OVERLAP));
    Duration overlap = Seconds.overlap(body);
    Secret secret = format.mint(random);
    KeyChanges.Changed changed =
        changes
            .rotate(id, recovery.keep(id, secret), overlap, Origin.of(exchange))
            .orElseThrow(KeyEndpoint::unknown);
    barrier.pass(changed.epoch(), changed.number());
    Endpoints.answer(exchange, KeyJson.encode(changed.key(), secret));
  }

  private void secrets(RoutingContext exchange) {
    JsonObject listed = secrets.list(id(exchange)).orElseThrow(KeyEndpoint::unknown);
    Endpoints.answer(exchange, listed.encode());
  }

  private void secret(RoutingContext exchange) {
    Secret secret =
        recovery.reveal(id(exchange), Origin.of(exchange)).orElseThrow(KeyEndpoint::unknown);
    Endpoints.answer(exchange, new JsonObject().put("secret", secret.reveal()).encode());
  }

  /** Revoked first, and that proven: what is gone could not be proven any more. */
  private void delete(RoutingContext exchange) {
    KeyId id = id(exchange);
    KeyChanges.Changed revoked =
        changes.revoke(id, "deleted", Origin.of(exchange)).orElseThrow(KeyEndpoint::unknown);
    barrier.pass(revoked.epoch(), revoked.number());
    changes.delete(id, Origin.of(exchange));
    Endpoints.answer(exchange, KeyJson.deleted(id.toString()));
  }

  /** Also where nothing had to be done: an earlier call may never have come this far. */
  private void finish(RoutingContext exchange, Optional<KeyChanges.Changed> change) {
    KeyChanges.Changed changed = change.orElseThrow(KeyEndpoint::unknown);
    barrier.pass(changed.epoch(), changed.number());
    Endpoints.answer(exchange, KeyJson.encode(changed.key()));
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
}
