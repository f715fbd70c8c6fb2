package io.tollgate.management.key;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.management.wire.ApiError;
import io.tollgate.ring.Grant;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
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

  private final Function<KeyDigest, Optional<ApiKey>> source;
  private final Cache<KeyDigest, Body> bodies;
  private final Counter hits;
  private final Counter misses;

  private record Body(Grant grant, Buffer json) {}

  /**
   * Makes an empty cache.
   *
   * @param source asks Postgres, on a virtual thread, within a deadline
   * @param bytesMax the most that is held; 0 to hold nothing
   */
  VerifyBodies(Function<KeyDigest, Optional<ApiKey>> source, int bytesMax, MeterRegistry metrics) {
    this.source = source;
    bodies =
        Caffeine.newBuilder()
            .maximumWeight(bytesMax)
            .weigher((KeyDigest digest, Body body) -> ENTRY_BYTES + body.json.length())
            .expireAfterWrite(LIFETIME)
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
   * Returns the answer for a grant; completes on any thread.
   *
   * @return failed as the source fails, or with a 404 where the key has just gone
   */
  Future<Buffer> of(KeyDigest digest, Grant grant) {
    Body known = bodies.getIfPresent(digest);
    if (known != null && known.grant == grant) {
      hits.increment();
      return Future.succeededFuture(known.json);
    }
    misses.increment();
    Promise<Buffer> asked = Promise.promise();
    Thread.ofVirtual()
        .name("verify")
        .start(
            () -> {
              try {
                asked.complete(read(digest, grant));
              } catch (Throwable failure) {
                asked.fail(failure);
              }
            });
    return asked.future();
  }

  /** What is read here is not older than the grant, by whose time the request is judged. */
  private Buffer read(KeyDigest digest, Grant grant) {
    @Nullable ApiKey key = source.apply(digest).filter(ApiKey::isValid).orElse(null);
    if (key == null) {
      throw ApiError.notFound("No valid API key has this secret.");
    }
    String json = KeyJson.encode(key.withScopes(grant.scopes()));
    Buffer body = Buffer.buffer(json.getBytes(StandardCharsets.UTF_8));
    bodies.put(digest, new Body(grant, body));
    return body;
  }

  private double bytes() {
    return bodies.policy().eviction().orElseThrow().weightedSize().orElse(0);
  }
}
