package io.tollgate.edge;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.KeyId;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.proxy.CredentialHeader;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.RouteTable;
import io.tollgate.ring.Clocks;
import io.tollgate.ring.Denial;
import io.tollgate.ring.FenceConfig;
import io.tollgate.ring.Grant;
import io.tollgate.ring.RingConfig;
import io.tollgate.ring.Verdict;
import io.tollgate.ring.Verifier;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.RecordSource;
import io.tollgate.store.StoredRecord;
import io.tollgate.trace.RequestTrace;
import io.tollgate.wire.HeadEnd;
import io.tollgate.wire.Malformed;
import io.tollgate.wire.RequestHead;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * The decision on a ring hit: from a request's head to a grant that covers the route's scopes, hash
 * included. Beside it its floor, the SHA-256 alone. Each checks its result.
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

  private static final int SECRET_BYTES = 45;

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

  /** All secrets side by side, as cheap to come by as bytes that a socket has just delivered. */
  private byte[] secrets;

  private MessageDigest sha256;
  private final byte[] digest = new byte[32];

  /** The head of a request in which only the credential changes, as the socket would give it. */
  private ByteBuf request;

  private int credentialAt;
  private final RequestHead head = new RequestHead(8 * 1024, 100);
  private final HeadEnd headEnd = new HeadEnd();
  private RouteTable routes;

  /** The path asks it whether spans are made; here, as by default, none are. */
  private final Spans untraced = new Spans(null);

  private int next;

  /** Read as in production, where each decision reads the wall clock; but the fence never ends. */
  private static final class StillClocks implements Clocks {
    @Override
    public long nanos() {
      return 0;
    }

    @Override
    public long millis() {
      return Math.min(0, System.currentTimeMillis());
    }
  }

  private static final class GeneratedKeys implements RecordSource {
    private final SplittableRandom random = new SplittableRandom(3);
    private final Scopes scopes = Scopes.of(List.of("read", "write"));

    @Override
    public Future<Optional<StoredRecord>> find(KeyDigest digest) {
      var subject = new Subject("user_000000000000000000000000000");
      return Future.succeededFuture(
          Optional.of(
              KeyRecord.plain(1, KeyId.random(random), subject, scopes, false, KeyRecord.NEVER)));
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
            new RingConfig(RING_ENTRIES_MAX, RING_ENTRIES_MAX, 4),
            FenceConfig.DEFAULTS,
            format,
            new StillStores(),
            new GeneratedKeys(),
            new StillStores(),
            vertx.getOrCreateContext(),
            new StillClocks(),
            new SimpleMeterRegistry());
    verifier.open(vertx);
    routes = RouteTable.of(List.of(route));
    String start =
        "GET /v1/widgets?limit=10 HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: curl/8.5.0\r\n"
            + "Accept: application/json\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer ";
    credentialAt = start.length();
    request = Unpooled.directBuffer();
    request.writeCharSequence(start, StandardCharsets.US_ASCII);
    request.writeZero(SECRET_BYTES);
    request.writeCharSequence("\r\n\r\n", StandardCharsets.US_ASCII);
    secrets = new byte[keys * SECRET_BYTES];
    var random = new SplittableRandom(7);
    for (int i = 0; i < keys; i++) {
      Secret secret = format.mint(random);
      byte[] bytes = secret.reveal().getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(bytes, 0, secrets, i * SECRET_BYTES, SECRET_BYTES);
      verifier.lookUp(KeyDigest.of(secret), secret).await();
    }
  }

  /** Reads one head, so that there is one where only its credential is exchanged. */
  @Setup(Level.Iteration)
  public void readHead() {
    decideFromBytes();
  }

  @TearDown
  public void close() {
    vertx.close().await();
  }

  private int turn() {
    next = next + 1 == keys ? 0 : next + 1;
    return next;
  }

  /** Read the head, find the route, extract, hash, ring hit, authorize. */
  @Benchmark
  public Grant decideFromBytes() {
    request.setBytes(credentialAt, secrets, turn() * SECRET_BYTES, SECRET_BYTES);
    request.readerIndex(0);
    headEnd.reset();
    Malformed malformed = head.parse(request, headEnd.find(request));
    RequestTrace trace = untraced.begin(head);
    Route found = routes.find(head.path(), head.pathStart(), head.pathEnd());
    if (malformed != null || found == null) {
      throw new IllegalStateException("the head is not understood: " + malformed);
    }
    Grant grant = decide();
    Spans.forward(trace);
    return grant;
  }

  /** Extract, hash, ring hit, authorize, of a head that is read already. */
  @Benchmark
  public Grant decideFromHead() {
    byte[] bytes = head.bytes();
    System.arraycopy(secrets, turn() * SECRET_BYTES, bytes, credentialAt, SECRET_BYTES);
    return decide();
  }

  private Grant decide() {
    Refusal refusal = credentials.extract(head, route);
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
    sha256.update(secrets, turn() * SECRET_BYTES, SECRET_BYTES);
    if (sha256.digest(digest, 0, digest.length) != digest.length) {
      throw new IllegalStateException("no digest");
    }
    return digest;
  }
}
