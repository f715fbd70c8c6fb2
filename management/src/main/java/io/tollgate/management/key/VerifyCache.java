package io.tollgate.management.key;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.ring.Clocks;
import io.tollgate.ring.Moment;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What Postgres lately said of secrets, for {@code verify}: bounded in bytes, and one question per
 * secret is under way, however many requests wait for it.
 *
 * <p>An answer is believed for the fence's bound at most, by both clocks, counted from the moment
 * its question was sent: that is what a revocation waits for (see {@link RevocationBarrier}). For
 * the same reason a request joins only a question that is younger than that. An answer also ends
 * together with its key, whose end and whose reading are told by one clock, Postgres'.
 *
 * <p>That a secret is unknown is not remembered: it may be known a moment later. Safe for all
 * virtual threads.
 */
final class VerifyCache {
  private final Function<KeyDigest, Optional<ApiKey>> source;
  private final Duration lifetime;
  private final Clocks clocks;
  private final Cache<KeyDigest, Entry> entries;
  private final Map<KeyDigest, Question> underWay = new ConcurrentHashMap<>();
  private final Counter hits;
  private final Counter misses;

  /** What is known of one secret. {@code untilNanos} is of the monotonic clock. */
  private record Entry(ApiKey key, long untilNanos, Moment sent) {}

  private record Question(Moment sent, Promise<Optional<ApiKey>> answer) {}

  /**
   * Makes an empty cache.
   *
   * @param source asks Postgres, within a deadline
   * @param lifetime how long an answer is believed
   * @param bytesMax the most that is held; 0 to hold nothing
   */
  VerifyCache(
      Function<KeyDigest, Optional<ApiKey>> source,
      Duration lifetime,
      int bytesMax,
      Clocks clocks,
      MeterRegistry metrics) {
    this.source = source;
    this.lifetime = lifetime;
    this.clocks = clocks;
    entries =
        Caffeine.newBuilder()
            .maximumWeight(bytesMax)
            .weigher((KeyDigest digest, Entry entry) -> EntrySize.bytes(entry.key))
            .expireAfter(new Lifetime())
            .ticker(clocks::nanos)
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
    Gauge.builder("tollgate.verify.cache.bytes", this, VerifyCache::bytes)
        .description("Bytes held to verify secrets, keys whose time is up included")
        .register(metrics);
  }

  /** Finds the key of a secret, in any state, as it was at most one lifetime ago. */
  Optional<ApiKey> find(KeyDigest digest) {
    Entry known = entries.getIfPresent(digest);
    Moment now = clocks.now();
    if (known != null && isYoung(known.sent, now)) {
      hits.increment();
      return Optional.of(known.key);
    }
    misses.increment();
    var own = new Question(now, Promise.promise());
    Question asked = underWay.merge(digest, own, this::younger);
    // Whoever sent it has a deadline, which is thereby this one's too.
    return asked.equals(own) ? ask(digest, own) : asked.answer.future().await();
  }

  private Question younger(Question earlier, Question own) {
    return isYoung(earlier.sent, own.sent) ? earlier : own;
  }

  /** By both clocks: the monotonic one stands still while the machine is suspended. */
  private boolean isYoung(Moment sent, Moment now) {
    return now.nanos() - sent.nanos() < lifetime.toNanos()
        && now.millis() - sent.millis() < lifetime.toMillis();
  }

  private Optional<ApiKey> ask(KeyDigest digest, Question own) {
    try {
      Optional<ApiKey> found = source.apply(digest);
      found.ifPresent(key -> keep(digest, key, own.sent));
      underWay.remove(digest, own);
      own.answer.complete(found);
      return found;
    } catch (Throwable failure) {
      // Not remembered: the next request asks again.
      underWay.remove(digest, own);
      own.answer.fail(failure);
      throw failure;
    }
  }

  private void keep(KeyDigest digest, ApiKey key, Moment sent) {
    entries.put(digest, new Entry(key, sent.nanos() + lifetimeNanos(key), sent));
  }

  private long lifetimeNanos(ApiKey key) {
    @Nullable Long expiresAtMillis = key.expiresAtMillis();
    if (expiresAtMillis == null) {
      return lifetime.toNanos();
    }
    // One less, since the moment of the reading was cut to whole milliseconds.
    long leftMillis = expiresAtMillis - key.readAtMillis() - 1;
    return Math.min(lifetime.toNanos(), TimeUnit.MILLISECONDS.toNanos(leftMillis));
  }

  private double bytes() {
    return entries.policy().eviction().orElseThrow().weightedSize().orElse(0);
  }

  /** Ends every entry at its own moment; reading one does not prolong it. */
  private static final class Lifetime implements Expiry<KeyDigest, Entry> {
    @Override
    public long expireAfterCreate(KeyDigest digest, Entry entry, long nowNanos) {
      return Math.max(0, entry.untilNanos - nowNanos);
    }

    @Override
    public long expireAfterUpdate(KeyDigest digest, Entry entry, long nowNanos, long leftNanos) {
      return expireAfterCreate(digest, entry, nowNanos);
    }

    @Override
    public long expireAfterRead(KeyDigest digest, Entry entry, long nowNanos, long leftNanos) {
      return leftNanos;
    }
  }
}
