package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.tollgate.access.AddressRanges;
import io.tollgate.access.Scopes;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.Secret;
import io.tollgate.proxy.CredentialHeader;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.RouteTable;
import io.tollgate.ring.FenceConfig;
import io.tollgate.ring.Grant;
import io.tollgate.ring.RingConfig;
import io.tollgate.ring.Verdict;
import io.tollgate.ring.Verifier;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.RecordSource;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.StoredRecord;
import io.tollgate.trace.RequestTrace;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.HeadEnd;
import io.tollgate.wire.Malformed;
import io.tollgate.wire.RequestHead;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A ring hit allocates nothing from the headers to the verdict: measured, not hoped. */
class EdgeAllocationTest {
  private static final int HITS = 200_000;
  private static final Scopes SCOPES = Scopes.of(List.of("read", "write"));
  private static final KeyRecord RECORD = StoredKeys.record(SCOPES);

  private static final AddressRanges PROXIES = AddressRanges.of(List.of("10.0.0.0/8"));

  /** The path's look whether spans are made, where they are not. */
  private static final Spans UNTRACED = new Spans(null);

  /** Answers at once with one key, whoever asks. */
  private static final class OneKey implements RecordSource {
    @Override
    public Future<Optional<StoredRecord>> find(KeyDigest digest) {
      return Future.succeededFuture(Optional.of(RECORD));
    }
  }

  @Test
  void from_the_heads_bytes_to_the_verdict_no_byte_is_allocated() {
    Vertx vertx = Vertx.vertx();
    var verifier =
        new Verifier(
            RingConfig.DEFAULTS,
            FenceConfig.DEFAULTS,
            new KeyFormat(StoredKeys.PEPPER),
            new StillStores(),
            new OneKey(),
            new StillStores(),
            vertx.getOrCreateContext(),
            StillStores.CLOCKS,
            new SimpleMeterRegistry());
    verifier.open(vertx);
    Secret key = new KeyFormat(StoredKeys.PEPPER).mint(new Random(1));
    var route =
        new Route(
            "/",
            URI.create("http://h"),
            Scopes.of(List.of("write")),
            Set.of(),
            Set.of(CredentialHeader.values()));
    String request =
        "GET /a/b?c=d HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: curl/8.5.0\r\n"
            + "X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Proto: https\r\n"
            + "Authorization: Bearer "
            + key.reveal()
            + "\r\n\r\n";
    ByteBuf bytes =
        new UnpooledByteBufAllocator(true, true)
            .directBuffer()
            .writeBytes(request.getBytes(StandardCharsets.US_ASCII));
    RouteTable routes = RouteTable.of(List.of(route));
    RunningGateway.await(verifier.lookUp(KeyDigest.of(key), key));
    var credentials = new Credentials();
    assertThat(decide(credentials, verifier, bytes, routes, HITS)).isEqualTo(HITS);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    // What is allocated once, by linking and by the compiler, is not a cost of the hit.
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      int decided = decide(credentials, verifier, bytes, routes, HITS);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      assertThat(decided).isEqualTo(HITS);
    }
    assertThat(least).isLessThan(HITS);
    RunningGateway.await(vertx.close());
  }

  private static int decide(
      Credentials credentials, Verifier verifier, ByteBuf bytes, RouteTable routes, int times) {
    var head = new RequestHead(8192, 100);
    var end = new HeadEnd();
    var origin = new Origin(InetAddress.getLoopbackAddress(), false, PROXIES, false);
    var out = new HeadBuffer();
    int passed = 0;
    for (int i = 0; i < times; i++) {
      bytes.readerIndex(0);
      end.reset();
      Malformed malformed = head.parse(bytes, end.find(bytes));
      RequestTrace trace = UNTRACED.begin(head);
      Route route = routes.find(head.path(), head.pathStart(), head.pathEnd());
      if (malformed != null || route == null) {
        return passed;
      }
      origin.begin();
      origin.read(head);
      Refusal refusal = credentials.extract(head, route);
      Verdict verdict = refusal == null ? verifier.known(credentials.digest(), 0) : null;
      if (verdict instanceof Grant grant && grant.scopes().covers(route.scopes())) {
        Spans.forward(trace);
        Spans.stamp(trace, route.destination().first(), out);
        Spans.answered(trace, 200);
        passed++;
      }
    }
    return passed;
  }
}
