package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The edge needs no more rights in Redis than the operator's guide gives it. */
class RedisAclTest {
  @Test
  void the_edges_user_reads_documents_and_takes_from_limits_and_may_do_nothing_else()
      throws Exception {
    Vertx vertx = Vertx.vertx();
    try (TestPostgres postgres = TestPostgres.database();
        TestRedis redis = TestRedis.start()) {
      var keys = new StoredKeys(postgres, redis);
      Secret secret = keys.everywhere("read");
      keys.markApplied();
      String rights =
          "~tollgate:* -@all +getrange +client|tracking +info +ping +hello +auth +select"
              + " +evalsha +eval +get +set +time";
      redis.command(("ACL SETUSER tollgate-edge on >hunter2 " + rights).split(" ", -1));
      var url = new Secret("redis://tollgate-edge:hunter2@127.0.0.1:" + redis.port());
      var config = new RedisConfig(url, Duration.ofSeconds(1), Duration.ofSeconds(2));
      ProjectionFeed.Answer answer =
          FedOnce.find(vertx, config, KeyDigest.of(secret)).await(10, TimeUnit.SECONDS);
      assertThat(answer.record()).isPresent();
      assertThat(answer.applied()).isPresent();
      assertThat(takeOnce(vertx, config).await(10, TimeUnit.SECONDS).passed()).isEqualTo(1);
    } finally {
      Future<Void> closed = vertx.close();
      closed.await(10, TimeUnit.SECONDS);
    }
  }

  private static Future<LimitAnswer> takeOnce(Vertx vertx, RedisConfig config) {
    var terms = new LimitTerms(RedisNames.LIMIT_PREFIX + "a", 1_000_000, 1, 2, 0, 0);
    Promise<LimitAnswer> answer = Promise.promise();
    vertx.runOnContext(
        unused ->
            new RedisLimits(vertx, config, Duration.ofSeconds(5))
                .take(new LimitTrip(List.of(terms), List.of(1L)))
                .onComplete(answer));
    return answer.future();
  }
}
