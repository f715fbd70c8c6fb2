package io.tollgate.management.key;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.management.wire.ApiError;
import io.tollgate.ring.Clocks;
import io.tollgate.ring.Grant;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The answers to {@code verify}, each for one grant: whatever changes a key makes another grant of
 * it, so an answer can't outlive what it says. Only {@code last_used_at} may be older than {@link
 * #LIFETIME}. Bounded in bytes; safe for all threads.
 */
final class VerifyBodies {
  private static final Duration LIFETIME = Duration.ofMinutes(1);

  /** A digest, and what the cache needs for an entry: node, slot, share of the sketch. */
  private static final int ENTRY_BYTES = 250;

  /** How many may be read at once: far fewer than callers that the pool lets wait. */
  private static final int READINGS_MAX = 256;

  private final Function<KeyDigest, Optional<ApiKey>> source;
  private final Clocks clocks;
  private final Cache<KeyDigest, Body> bodies;
  private final Map<Grant, Promise<Buffer>> readings = new ConcurrentHashMap<>();
  private final Counter hits;
  private final Counter misses;

  private record Body(Grant grant, Buffer json, long readNanos) {}

  /**
   * Makes an empty cache.
   *
   * @param source asks Postgres, on a virtual thread, within a deadline
   * @param bytesMax the most that is held; 0 to hold nothing
   */
  VerifyBodies(
      Function<KeyDigest, Optional<ApiKey>> source,
      int bytesMax,
      Clocks clocks,
      MeterRegistry metrics) {
    this.source = source;
    this.clocks = clocks;
    bodies =
        Caffeine.newBuilder()
            .maximumWeight(bytesMax)
            .weigher((KeyDigest digest, Body body) -> ENTRY_BYTES + body.json.length())
            // Room is made by whoever needs it, before they go on: so the bound holds at any time.
            .executor(Runnable::run)
            .build();
    hits =
        Counter.builder("tollgate.verify.cache.hits")
            .description("Secrets verified without asking Postgres")
            .register(metrics);
    misses =
        Counter.builder("tollgate.verify.cache.misses")
            .description("Secrets whose verification had to wait for Postgres")
            .register(metrics);
    Gauge.builder("tollgate.verify.cache.bytes", this, VerifyBodies::bytes)
        .description("Bytes held to verify secrets, keys whose time is up included")
        .register(metrics);
  }

  /**
   * Returns the answer for a grant; completes on any thread. One that is older than {@link
   * #LIFETIME} is read anew, and still stands where Postgres does not answer.
   *
   * @return failed as the source fails, or with a 404 where the key has just gone
   */
  Future<Buffer> of(Grant grant) {
    KeyDigest digest = grant.digest();
    Body known = bodies.getIfPresent(digest);
    if (known == null || !known.grant.equals(grant)) {
      misses.increment();
      return join(digest, grant);
    }
    if (clocks.nanos() - known.readNanos < LIFETIME.toNanos()) {
      hits.increment();
      return Future.succeededFuture(known.json);
    }
    misses.increment();
    return join(digest, grant)
        .recover(
            failure ->
                failure instanceof StoreUnreachable
                    ? Future.succeededFuture(known.json)
                    : Future.failedFuture(failure));
  }

  /** However many ask for one grant, one question is under way. */
  private Future<Buffer> join(KeyDigest digest, Grant grant) {
    Promise<Buffer> own = Promise.promise();
    Promise<Buffer> asked = readings.putIfAbsent(grant, own);
    if (asked != null) {
      return asked.future();
    }
    if (readings.size() > READINGS_MAX) {
      readings.remove(grant);
      own.fail(new StoreUnreachable("too many keys are read from Postgres at once"));
      return own.future();
    }
    Thread.ofVirtual()
        .name("verify")
        .start(
            () -> {
              try {
                Buffer body = read(digest, grant);
                readings.remove(grant);
                own.complete(body);
              } catch (Throwable failure) {
                readings.remove(grant);
                own.fail(failure);
              }
            });
    return own.future();
  }

  /** What is read here is not older than the grant, by whose time the request is judged. */
  private Buffer read(KeyDigest digest, Grant grant) {
    @Nullable ApiKey key = source.apply(digest).filter(ApiKey::isValid).orElse(null);
    if (key == null) {
      throw ApiError.notFound("No valid API key has this secret.");
    }
    String json = KeyJson.encode(key.withScopes(grant.scopes()));
    Buffer body = Buffer.buffer(json.getBytes(StandardCharsets.UTF_8));
    bodies.put(digest, new Body(grant, body, clocks.nanos()));
    return body;
  }

  private double bytes() {
    return bodies.policy().eviction().orElseThrow().weightedSize().orElse(0);
  }
}
