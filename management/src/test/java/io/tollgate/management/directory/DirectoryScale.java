package io.tollgate.management.directory;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * What directory sync costs: an import, look-ups among many, one more in a large group, and a
 * steady flow of requests: {@code DirectoryScale [quick]}.
 *
 * <p>One wrong answer, and there are no figures at all.
 */
final class DirectoryScale {
  private static final int USERS = 10_000;
  private static final int GROUPS = 200;
  private static final int MANY = 100_000;
  private static final int AT_ONCE = 8;
  private static final int RATE = 25;

  private final Sync.Stores stores = new Sync.Stores();
  private final Sync sync = stores.sync();
  private final int divisor;
  private final List<String> ids = new ArrayList<>();

  private DirectoryScale(int divisor) {
    this.divisor = divisor;
  }

  public static void main(String[] arguments) {
    var scale = new DirectoryScale(List.of(arguments).equals(List.of("quick")) ? 20 : 1);
    try {
      print("| what | goal | measured |");
      print("|---|---|---|");
      scale.imports();
      scale.fills();
      scale.finds();
      scale.grows();
      scale.flows();
    } catch (RuntimeException | AssertionError e) {
      System.err.println("no figures: " + e);
      System.exit(1);
    } finally {
      scale.stores.close();
    }
    System.exit(0);
  }

  private void imports() {
    int users = USERS / divisor;
    int groups = Math.max(1, GROUPS / divisor);
    long since = System.nanoTime();
    try (var workers = Executors.newFixedThreadPool(AT_ONCE)) {
      List<CompletableFuture<String>> made =
          IntStream.range(0, users)
              .mapToObj(
                  i ->
                      CompletableFuture.supplyAsync(
                          () -> sync.created(sync.person("scale" + i)).getString("id"), workers))
              .toList();
      made.forEach(each -> ids.add(each.join()));
      int size = users / groups;
      List<CompletableFuture<JsonObject>> grouped =
          IntStream.range(0, groups)
              .mapToObj(
                  i -> {
                    List<String> members = ids.subList(i * size, (i + 1) * size);
                    return CompletableFuture.supplyAsync(
                        () -> sync.createdGroup("Group " + i, members.toArray(String[]::new)),
                        workers);
                  })
              .toList();
      grouped.forEach(CompletableFuture::join);
    }
    print(
        "| import of %,d users and %,d groups, %d at once | 180 s | %d s |",
        users, groups, AT_ONCE, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since));
  }

  /** Makes so many more as Postgres alone would make them. */
  private void fills() {
    stores.postgres.execute(
        """
        INSERT INTO tollgate.app_user (id, directory_id)
        SELECT 'user_' || lpad('more' || i, 27, 'm'), '%1$s' FROM generate_series(1, %2$d) i;
        INSERT INTO tollgate.scim_user (
          directory_id, id, user_id, user_name, user_name_key, external_id, active, document)
        SELECT '%1$s', gen_random_uuid()::text, 'user_' || lpad('more' || i, 27, 'm'),
          'more' || i, 'more' || i, 'more' || i, true,
          json_build_object('userName', 'more' || i, 'active', true)::jsonb
        FROM generate_series(1, %2$d) i;
        INSERT INTO tollgate.scim_user_value (
          directory_id, scim_user_id, attribute, place, type_key, value, value_key)
        SELECT directory_id, id, a, 0, 'work', user_name, user_name
        FROM tollgate.scim_user, unnest('{emails,displayname,title}'::text[]) a
        WHERE user_name LIKE 'more%%';
        ANALYZE
        """
            .formatted(sync.directoryId, MANY / divisor));
  }

  private void finds() {
    for (String filter :
        List.of(
            "userName eq \"more%d\"",
            "externalId eq \"more%d\"",
            "displayName eq \"more%d\"",
            "emails[type eq \"work\"].value eq \"more%d\"")) {
      measure(
          filter.formatted(0) + " among " + (MANY + USERS) / divisor,
          "p95 10 ms",
          500,
          i -> {
            String asked = URLEncoder.encode(filter.formatted(1 + i % 50), StandardCharsets.UTF_8);
            return sync.get("/Users?filter=" + asked);
          });
    }
    measure("first page of groups", "600 ms", 20, i -> sync.get("/Groups?startIndex=1&count=100"));
  }

  private void grows() {
    String[] all = ids.toArray(String[]::new);
    JsonObject group = sync.createdGroup("Everybody", all);
    List<String> more =
        IntStream.range(0, 50)
            .mapToObj(i -> sync.created(sync.person("grown" + i)).getString("id"))
            .toList();
    measure(
        "one more in a group of " + all.length,
        "one row",
        more.size(),
        i -> sync.patch(Sync.group(group), Sync.op("add", "members", Sync.members(more.get(i)))));
  }

  private void measure(String what, String goal, int times, IntFunction<Answer> call) {
    for (int i = 0; i < times / 5; i++) {
      checked(call.apply(i));
    }
    double[] millis = new double[times];
    for (int i = 0; i < times; i++) {
      long since = System.nanoTime();
      checked(call.apply(i));
      millis[i] = (System.nanoTime() - since) / 1e6;
    }
    tell(what, goal, millis);
  }

  private static void checked(Answer answer) {
    if (answer.status() >= 300) {
      throw new IllegalStateException(answer.status() + " " + answer.body());
    }
  }

  /** Requests begin when they are due, however long those before them take. */
  private void flows() {
    int count = RATE * 60 / divisor;
    List<CompletableFuture<Double>> answers = new ArrayList<>();
    long start = System.nanoTime();
    try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        long due = start + TimeUnit.SECONDS.toNanos(i) / RATE;
        while (System.nanoTime() < due) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        int number = i;
        answers.add(CompletableFuture.supplyAsync(() -> millis(number, due), workers));
      }
      tell(
          RATE + " requests a second, as a provider mixes them",
          "p95 100 ms",
          answers.stream().mapToDouble(CompletableFuture::join).toArray());
    }
  }

  private double millis(int number, long due) {
    checked(request(number));
    return (System.nanoTime() - due) / 1e6;
  }

  /** Of ten: four look for somebody, three change him, two make somebody, one changes a group. */
  private Answer request(int number) {
    String id = ids.get(number % ids.size());
    return switch (number % 10) {
      case 0, 1, 2 ->
          sync.get(
              "/Users?filter="
                  + URLEncoder.encode(
                      "userName eq \"scale" + number + "@" + sync.domain + '"',
                      StandardCharsets.UTF_8));
      case 3 -> sync.get("/Users/" + id);
      case 4, 5, 6 -> sync.patch("/Users/" + id, Sync.op("Replace", "title", "changed " + number));
      case 7, 8 -> sync.post("/Users", sync.person("flow" + number));
      default ->
          sync.post(
              "/Groups",
              new JsonObject()
                  .put("schemas", new JsonArray().add(Sync.GROUP))
                  .put("displayName", "Flow " + number)
                  .put("members", Sync.members(id)));
    };
  }

  private static void tell(String what, String goal, double[] millis) {
    Arrays.sort(millis);
    print(
        "| %s | %s | p50 %.1f, p95 %.1f, greatest %.1f ms |",
        what,
        goal,
        millis[millis.length / 2],
        millis[millis.length * 95 / 100],
        millis[millis.length - 1]);
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
