package io.tollgate.edge;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.KeyId;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.proxy.CredentialHeader;
import io.tollgate.proxy.Route;
import io.tollgate.ring.Denial;
import io.tollgate.ring.Grant;
import io.tollgate.ring.RingConfig;
import io.tollgate.ring.Verdict;
import io.tollgate.ring.Verifier;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.KeySource;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The decision on a ring hit: from a request's headers to a grant that covers the route's scopes,
 * hash included. Beside it its floor, the SHA-256 alone. Each checks its result.
 *
 * <pre>
 * java -jar benchmarks/target/benchmarks.jar DecisionBenchmark -prof gc
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+UseSerialGC"})
public class DecisionBenchmark {
  private static final Pepper PEPPER =
      new Pepper(List.of(new Secret("a pepper of the benchmarks, long enough to be one")));

  /** Room for a million, so that a key misses the processor's caches as it would there. */
  private static final int RING_ENTRIES_MAX = 1_000_000;

  /** How many keys ask in turn; all are in the ring. */
  @Param({"1000", "64000"})
  int keys;

  private final Credentials credentials = new Credentials();
  private final Route route =
      new Route(
          "/",
          URI.create("http://upstream"),
          Scopes.of(List.of("write")),
          Set.of(),
          Set.of(CredentialHeader.values()));
  private Vertx vertx;
  private Verifier verifier;
  private String[] credentialsSent;
  private byte[][] secrets;
  private MessageDigest sha256;
  private final byte[] digest = new byte[32];

  /** One set of headers for all: those of a real request have just been written by its parser. */
  private MultiMap headers;

  private int next;

  private static final class GeneratedKeys implements KeySource {
    private final SplittableRandom random = new SplittableRandom(3);
    private final Scopes scopes = Scopes.of(List.of("read", "write"));

    @Override
    public Future<Optional<KeyRecord>> find(KeyDigest digest) {
      var subject = new Subject("user_000000000000000000000000000");
      return Future.succeededFuture(
          Optional.of(
              new KeyRecord(1, KeyId.random(random), subject, scopes, false, KeyRecord.NEVER)));
    }

    @Override
    public Future<Void> probe() {
      return Future.succeededFuture();
    }
  }

  /** Fills the ring with all keys. */
  @Setup
  public void fill() throws NoSuchAlgorithmException {
    sha256 = MessageDigest.getInstance("SHA-256");
    vertx = Vertx.vertx();
    var format = new KeyFormat(PEPPER);
    verifier =
        new Verifier(
            new RingConfig(RING_ENTRIES_MAX, RingConfig.ENTRY_LIFETIME_MAX),
            format,
            new GeneratedKeys(),
            vertx.getOrCreateContext(),
            () -> 0,
            InstantSource.system(),
            new SimpleMeterRegistry());
    credentialsSent = new String[keys];
    secrets = new byte[keys][];
    headers =
        MultiMap.caseInsensitiveMultiMap()
            .add("Host", "api.example.com")
            .add("User-Agent", "curl/8.5.0")
            .add("Accept", "application/json")
            .add("Accept-Encoding", "gzip");
    var random = new SplittableRandom(7);
    for (int i = 0; i < keys; i++) {
      Secret secret = format.mint(random);
      secrets[i] = secret.reveal().getBytes(StandardCharsets.US_ASCII);
      credentialsSent[i] = "Bearer " + secret.reveal();
      verifier.lookUp(KeyDigest.of(secret), secret).await();
    }
    headers.add("Authorization", new CredentialInTurn());
  }

  /** The credential of the request whose turn it is. */
  private final class CredentialInTurn implements CharSequence {
    @Override
    public String toString() {
      return credentialsSent[turn()];
    }

    @Override
    public int length() {
      return credentialsSent[next].length();
    }

    @Override
    public char charAt(int index) {
      return credentialsSent[next].charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return credentialsSent[next].subSequence(start, end);
    }
  }

  @TearDown
  public void close() {
    vertx.close().await();
  }

  private int turn() {
    next = next + 1 == keys ? 0 : next + 1;
    return next;
  }

  /** Extract, hash, ring hit, authorize. */
  @Benchmark
  public Grant decide() {
    Refusal refusal = credentials.extract(headers, route);
    Verdict verdict =
        refusal == null ? verifier.known(credentials.digest(), 0) : Denial.KEY_INVALID;
    if (verdict instanceof Grant grant && grant.scopes().covers(route.scopes())) {
      return grant;
    }
    throw new IllegalStateException("the ring does not know the key: " + verdict);
  }

  /** The floor: SHA-256 of the 45 bytes alone, into a given array. */
  @Benchmark
  public byte[] floor() throws DigestException {
    byte[] secret = secrets[turn()];
    sha256.update(secret, 0, secret.length);
    if (sha256.digest(digest, 0, digest.length) != digest.length) {
      throw new IllegalStateException("no digest");
    }
    return digest;
  }
}
