package io.tollgate.management;

import io.tollgate.store.Awaiting;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A management among {@link ManyKeys}, on stores of its own, and one client that measures its
 * calls, one after the other.
 */
final class ManagementAmong implements AutoCloseable {
  private static final Duration PROJECTION_MAX = Duration.ofMinutes(5);

  /** As many keys as are in use, each of which was verified a moment ago. */
  private static final int IN_USE = 100;

  private final TestPostgres postgres = TestPostgres.dedicated();
  private final TestRedis redis = TestRedis.start();
  private final ManyKeys keys;
  private final TestManagement management;
  private final PlainConnection connection;
  private final SplittableRandom random = new SplittableRandom(1);
  private int created;
  private int verified;
  private int asked;

  /** What is measured. */
  enum Call {
    CREATE("create", 60, 100),
    GET("get", 300, 2_000),
    LIST("list by subject, 1 to 5 keys", 300, 2_000),
    LIST_MANY("list by subject, 1,000 keys", 100, 400),
    VERIFY_FIRST("verify, a key's first time", IN_USE, 2 * IN_USE),
    /** Of the keys whose first time was just before. */
    VERIFY_WARM("verify, a warm key", 10_000, 20_000);

    private final String title;
    private final int inRound;
    private final int inWarmUp;

    Call(String title, int inRound, int inWarmUp) {
      this.title = title;
      this.inRound = inRound;
      this.inWarmUp = inWarmUp;
    }

    String title() {
      return title;
    }
  }

  /** An answer that was not the right one, which makes all figures worthless. */
  static final class WrongAnswer extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    WrongAnswer(String message) {
      super(message);
    }
  }

  /** Makes the stores and the keys, and waits until Redis has them all. */
  ManagementAmong(int count) throws IOException {
    keys = ManyKeys.put(postgres, count);
    management = new TestManagement(postgres, redis);
    Awaiting.until(
        "Redis has all keys",
        PROJECTION_MAX,
        () ->
            management.metrics().get("tollgate.projector.applied").gauge().value() >= keys.total());
    connection = new PlainConnection(management.port());
  }

  /** Returns how many rounds the kept secrets allow, each of which is a key's first time once. */
  static int roundsMax() {
    return (ManyKeys.SECRETS - Call.VERIFY_FIRST.inWarmUp) / Call.VERIFY_FIRST.inRound;
  }

  void warmUp(Call call) {
    micros(call, call.inWarmUp);
  }

  /** Returns the median of a round's calls in µs. */
  double micros(Call call) {
    return micros(call, call.inRound);
  }

  private double micros(Call call, int times) {
    double missed = missed();
    double[] micros = new double[times];
    for (int i = 0; i < times; i++) {
      micros[i] = nanos(call) / 1e3;
    }
    // So that what is called warm is, and what is called a first time, too.
    double misses = missed() - missed;
    if (misses != (call == Call.VERIFY_FIRST ? times : 0)) {
      throw new WrongAnswer(call.title + ": " + misses + " of " + times + " waited for Postgres");
    }
    Arrays.sort(micros);
    return (micros[(times - 1) / 2] + micros[times / 2]) / 2;
  }

  private double missed() {
    return management.metrics().get("tollgate.verify.cache.misses").counter().count();
  }

  private long nanos(Call call) {
    return switch (call) {
      case CREATE -> create();
      case GET -> get(ManyKeys.id(random.nextInt(keys.count())));
      case LIST -> list(random.nextInt(keys.count() - ManyKeys.GROUP));
      case LIST_MANY -> list(ManyKeys.subjectOfMany(), ManyKeys.OF_ONE_SUBJECT);
      case VERIFY_FIRST -> verify(verified++);
      case VERIFY_WARM -> verify(verified - 1 - asked++ % IN_USE);
    };
  }

  /** Each key is its subject's first, so that no list grows. */
  private long create() {
    String subject = ManyKeys.subject("created " + created++);
    var body = new JsonObject().put("name", "created").put("subject", subject);
    return nanos("POST", "/api_keys", body.encode(), "subject", subject);
  }

  private long get(String id) {
    return nanos("GET", "/api_keys/" + id, "", "id", id);
  }

  private long list(int key) {
    return list(ManyKeys.subject(key), ManyKeys.keysOfSubject(key));
  }

  private long list(String subject, int total) {
    return nanos("GET", "/api_keys?subject=" + subject, "", "total_count", total);
  }

  private long verify(int place) {
    var body = new JsonObject().put("secret", keys.secret(place).reveal());
    return nanos("POST", "/api_keys/verify", body.encode(), "id", keys.idOfSecret(place));
  }

  private long nanos(String method, String target, String body, String member, Object expected) {
    try {
      PlainConnection.Answer answer = connection.ask(PlainConnection.request(method, target, body));
      Object found = answer.body().getValue(member);
      if (answer.status() != 200 || !expected.equals(found)) {
        throw new WrongAnswer(
            "%s %s answered %d with %s %s, not 200 with %s"
                .formatted(method, target, answer.status(), member, found, expected));
      }
      return answer.nanos();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tells how much the stores hold. */
  String stored() {
    String keysNow =
        postgres.query("SELECT to_char(count(*), 'FM9,999,999') FROM tollgate.api_key");
    String inPostgres =
        postgres.query("SELECT pg_database_size(current_database()) / 1000000 || ' MB'");
    String memory = String.valueOf(redis.command("INFO", "memory"));
    long inRedis = Long.parseLong(memory.replaceAll("(?s).*used_memory:(\\d+).*", "$1"));
    return "%s keys, %s in Postgres, %d MB in Redis"
        .formatted(keysNow, inPostgres, inRedis / 1_000_000);
  }

  @Override
  public void close() throws IOException {
    connection.close();
    management.close();
    redis.close();
    postgres.close();
  }
}
