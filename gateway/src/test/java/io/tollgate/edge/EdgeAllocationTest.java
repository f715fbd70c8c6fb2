package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.access.Scopes;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.Secret;
import io.tollgate.proxy.CredentialHeader;
import io.tollgate.proxy.Route;
import io.tollgate.ring.Grant;
import io.tollgate.ring.RingConfig;
import io.tollgate.ring.Verdict;
import io.tollgate.ring.Verifier;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.KeySource;
import io.tollgate.store.StoredKeys;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.InstantSource;
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

  /** Answers at once with one key, whoever asks. */
  private static final class OneKey implements KeySource {
    @Override
    public Future<Optional<KeyRecord>> find(KeyDigest digest) {
      return Future.succeededFuture(Optional.of(RECORD));
    }

    @Override
    public Future<Void> probe() {
      return Future.succeededFuture();
    }
  }

  @Test
  void from_the_headers_to_the_verdict_no_byte_is_allocated() {
    Vertx vertx = Vertx.vertx();
    var verifier =
        new Verifier(
            RingConfig.DEFAULTS,
            new KeyFormat(StoredKeys.PEPPER),
            new OneKey(),
            vertx.getOrCreateContext(),
            () -> 0,
            InstantSource.system(),
            new SimpleMeterRegistry());
    Secret key = new KeyFormat(StoredKeys.PEPPER).mint(new Random(1));
    var route =
        new Route(
            "/",
            URI.create("http://h"),
            Scopes.of(List.of("write")),
            Set.of(),
            Set.of(CredentialHeader.values()));
    MultiMap headers =
        MultiMap.caseInsensitiveMultiMap().add("Authorization", "Bearer " + key.reveal());
    RunningGateway.await(verifier.lookUp(KeyDigest.of(key), key));
    var credentials = new Credentials();
    assertThat(decide(credentials, verifier, headers, route, HITS)).isEqualTo(HITS);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    // What is allocated once, by linking and by the compiler, is not a cost of the hit.
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      int decided = decide(credentials, verifier, headers, route, HITS);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      assertThat(decided).isEqualTo(HITS);
    }
    assertThat(least).isLessThan(HITS);
    RunningGateway.await(vertx.close());
  }

  private static int decide(
      Credentials credentials, Verifier verifier, MultiMap headers, Route route, int times) {
    int passed = 0;
    for (int i = 0; i < times; i++) {
      Refusal refusal = credentials.extract(headers, route);
      Verdict verdict = refusal == null ? verifier.known(credentials.digest(), 0) : null;
      if (verdict instanceof Grant grant && grant.scopes().covers(route.scopes())) {
        passed++;
      }
    }
    return passed;
  }
}
