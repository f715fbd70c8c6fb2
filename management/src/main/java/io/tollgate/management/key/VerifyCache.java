package io.tollgate.management.key;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.ring.RingConfig;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What Postgres lately said of secrets, for {@code verify}: bounded in bytes, and one question per
 * secret is under way, however many requests wait for it.
 *
 * <p>An answer is believed for as long as a ring's entry at most, counted from the moment its
 * question was sent: that is what a revocation waits for (see {@link RevocationBarrier}). For the
 * same reason a request joins only a question that is younger than that. An answer also ends
 * together with its key, whose end and whose reading are told by one clock, Postgres'.
 *
 * <p>That a secret is unknown is not remembered: it may be known a moment later. Safe for all
 * virtual threads.
 */
final class VerifyCache {
  private static final long LIFETIME_NANOS = RingConfig.ENTRY_LIFETIME_MAX.toNanos();

  private final Function<KeyDigest, Optional<ApiKey>> source;
  private final LongSupplier monotonicNanos;
  private final Cache<KeyDigest, Entry> entries;
  private final Map<KeyDigest, Question> underWay = new ConcurrentHashMap<>();
  private final Counter hits;
  private final Counter misses;

  /** What is known of one secret. {@code untilNanos} is of the monotonic clock. */
  private record Entry(ApiKey key, long untilNanos) {}

  private record Question(long sentNanos, Promise<Optional<ApiKey>> answer) {}

  /**
   * Makes an empty cache.
   *
   * @param source asks Postgres, within a deadline
   * @param bytesMax the most that is held; 0 to hold nothing
   * @param monotonicNanos the monotonic clock, {@link System#nanoTime} outside tests
   */
  VerifyCache(
      Function<KeyDigest, Optional<ApiKey>> source,
      int bytesMax,
      LongSupplier monotonicNanos,
      MeterRegistry metrics) {
    this.source = source;
    this.monotonicNanos = monotonicNanos;
    entries =
        Caffeine.newBuilder()
            .maximumWeight(bytesMax)
            .weigher((KeyDigest digest, Entry entry) -> EntrySize.bytes(entry.key))
            .expireAfter(new Lifetime())
            .ticker(monotonicNanos::getAsLong)
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
    if (known != null) {
      hits.increment();
      return Optional.of(known.key);
    }
    misses.increment();
    var own = new Question(monotonicNanos.getAsLong(), Promise.promise());
    Question asked = underWay.merge(digest, own, VerifyCache::younger);
    // Whoever sent it has a deadline, which is thereby this one's too.
    return asked.equals(own) ? ask(digest, own) : asked.answer.future().await();
  }

  private static Question younger(Question earlier, Question own) {
    return own.sentNanos - earlier.sentNanos < LIFETIME_NANOS ? earlier : own;
  }

  private Optional<ApiKey> ask(KeyDigest digest, Question own) {
    try {
      Optional<ApiKey> found = source.apply(digest);
      found.ifPresent(key -> keep(digest, key, own.sentNanos));
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

  private void keep(KeyDigest digest, ApiKey key, long sentNanos) {
    entries.put(digest, new Entry(key, sentNanos + lifetimeNanos(key)));
  }

  private static long lifetimeNanos(ApiKey key) {
    @Nullable Long expiresAtMillis = key.expiresAtMillis();
    if (expiresAtMillis == null) {
      return LIFETIME_NANOS;
    }
    // One less, since the moment of the reading was cut to whole milliseconds.
    long leftMillis = expiresAtMillis - key.readAtMillis() - 1;
    return Math.min(LIFETIME_NANOS, TimeUnit.MILLISECONDS.toNanos(leftMillis));
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
