package io.tollgate.management.key;

import static io.tollgate.management.TestManagement.subject;
import static io.tollgate.management.key.Importing.IMPORT;
import static io.tollgate.management.key.Importing.assertRefused;
import static io.tollgate.management.key.Importing.body;
import static io.tollgate.management.key.Importing.item;
import static io.tollgate.management.key.Importing.result;
import static io.tollgate.management.key.Importing.secret;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.Awaiting;
import io.tollgate.store.TestPostgres;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** POST /api_keys/import. */
class ImportKeysTest {
  private static Importing here;

  @BeforeAll
  static void start() {
    here = new Importing();
  }

  @AfterAll
  static void stop() {
    here.close();
  }

  @Nested
  class OneItem {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            name      | "ab"     | form_param_min_length_exceeded
            name      | null     | form_param_nil
            subject   | "nobody" | form_param_format_invalid
            algorithm | "md5"    | form_param_format_invalid
            algorithm | null     | form_param_nil
            hash      | 7        | form_param_type_invalid
            hash      | null     | form_param_nil
            scopes    | "read"   | form_param_type_invalid
            secret    | "theirs" | form_param_unknown
            seconds_until_expiration | -1 | form_param_value_invalid
            """)
    void that_is_wrong_is_refused_by_name_and_stops_no_other(
        String member, String value, String code) {
      String good = secret();
      String text = body(item("sha256", secret()).putNull(member), item("sha256", good)).encode();
      Answer answer =
          here.management.post(
              IMPORT, text.replace('"' + member + "\":null", quoted(member, value)));
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      assertRefused(answer.json(), 0, code, member);
      assertThat(result(answer.json(), 1).getString("status")).isEqualTo("created");
      assertThat(here.verified(good)).isEqualTo(200);
    }

    private static String quoted(String member, String value) {
      return '"' + member + "\":" + value;
    }

    @ParameterizedTest
    @ValueSource(strings = {"hash", "algorithm", "name", "subject"})
    void that_lacks_what_it_needs_is_refused(String member) {
      JsonObject item = item("sha256", secret());
      item.remove(member);
      assertRefused(here.imported(item), 0, "form_param_missing", member);
    }

    @Test
    void whose_name_is_taken_is_refused_and_so_is_a_second_one_of_that_name() {
      String subject = subject();
      here.management.create(subject, "taken");
      JsonObject taken = item("sha256", secret()).put("subject", subject).put("name", "taken");
      JsonObject one = item("sha256", secret()).put("subject", subject).put("name", "one");
      JsonObject same = item("sha512", secret()).put("subject", subject).put("name", "one");
      JsonObject answer = here.imported(taken, one, same);
      assertRefused(answer, 0, "token_creation_conflict", "");
      assertThat(result(answer, 1).getString("status")).isEqualTo("created");
      assertRefused(answer, 2, "token_creation_conflict", "");
    }

    @Test
    void that_is_refused_takes_neither_its_name_nor_its_hash_from_those_after_it() {
      String secret = secret();
      JsonObject wrong = item("sha256", secret).put("description", "d".repeat(256));
      JsonObject right = item("sha256", secret).put("subject", wrong.getString("subject"));
      JsonObject answer = here.imported(wrong, right);
      assertRefused(answer, 0, "form_param_max_length_exceeded", "description");
      assertThat(result(answer, 1).getString("status")).isEqualTo("created");
    }
  }

  @Nested
  class ADryRun {
    @Test
    void tells_the_same_and_stores_nothing() {
      String twice = secret();
      String subject = subject();
      here.management.create(subject, "taken");
      JsonObject[] items = {
        item("sha256", secret()),
        item("sha256", secret()).put("name", "x"),
        item("sha512", twice),
        item("sha512", twice),
        item("sha256", secret()).put("subject", subject).put("name", "taken")
      };
      String keys = here.count("api_key");
      String lines = here.count("audit");
      String records = here.count("record");
      JsonObject dry = here.management.post(IMPORT, body(items).put("dry_run", true)).json();
      assertThat(dry.getBoolean("dry_run")).isTrue();
      assertThat(dry.getInteger("valid_count")).isEqualTo(2);
      assertThat(dry.getInteger("created_count")).isZero();
      assertThat(here.count("api_key")).isEqualTo(keys);
      assertThat(here.count("audit")).isEqualTo(lines);
      assertThat(here.count("record")).isEqualTo(records);
      JsonObject wet = here.imported(items);
      assertThat(wet.getInteger("created_count")).isEqualTo(2);
      assertThat(wet.getInteger("refused_count")).isEqualTo(dry.getInteger("refused_count"));
      for (int i = 0; i < items.length; i++) {
        assertThat(result(wet, i).getValue("error")).isEqualTo(result(dry, i).getValue("error"));
      }
    }
  }

  @Nested
  class ACall {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {}                           | form_param_missing       | keys
            {"keys":[]}                  | form_param_value_invalid | keys
            {"keys":null}                | form_param_type_invalid  | keys
            {"keys":{}}                  | form_param_type_invalid  | keys
            {"keys":["a"]}               | form_param_type_invalid  | keys
            {"keys":[{},null]}           | form_param_type_invalid  | keys
            {"keys":[{}],"dry_run":1}    | form_param_type_invalid  | dry_run
            {"keys":[{}],"dry_run":null} | form_param_type_invalid  | dry_run
            {"keys":[{}],"overlap":1}    | form_param_unknown       | overlap
            """)
    void that_is_none_is_400_by_name(String body, String code, String parameter) {
      Answer answer = here.management.post(IMPORT, body);
      assertThat(answer.status()).as(answer.body()).isEqualTo(400);
      assertThat(answer.code()).isEqualTo(code);
      assertThat(answer.parameter()).isEqualTo(parameter);
    }

    @Test
    void may_be_longer_than_others_but_not_without_end() {
      assertThat(
              here.management
                  .post(IMPORT, " ".repeat(100_000) + body(item("sha256", secret())))
                  .status())
          .isEqualTo(200);
      Answer answer = here.management.post(IMPORT, new byte[9 * 1024 * 1024]);
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.code()).isEqualTo("request_body_too_large");
      assertThat(here.management.post("/api_keys", new byte[70_000]).status()).isEqualTo(413);
    }

    @Test
    void of_more_than_five_thousand_is_refused_whole() {
      var items = new JsonArray();
      for (int i = 0; i <= 5_000; i++) {
        items.add(new JsonObject());
      }
      Answer answer = here.management.post(IMPORT, new JsonObject().put("keys", items));
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.parameter()).isEqualTo("keys");
      items.remove(0);
      JsonObject all = here.management.post(IMPORT, new JsonObject().put("keys", items)).json();
      assertThat(all.getInteger("refused_count")).isEqualTo(5_000);
    }

    @Test
    void of_two_thousand_keys_stores_each_with_a_line_of_its_own_and_no_hash_among_them() {
      String keys = here.count("api_key");
      List<String> secrets = new ArrayList<>();
      var items = new JsonArray();
      for (int i = 0; i < 2_000; i++) {
        secrets.add(secret());
        items.add(
            item(i % 2 == 0 ? "sha256" : "sha512", secrets.get(i))
                .put("subject", "org_" + "%027d".formatted(i % 700))
                .put("name", "bulk " + i)
                .put("created_by", "user_" + "%027d".formatted(i % 3)));
      }
      var body = new JsonObject().put("keys", items);
      Answer answer = here.management.post(IMPORT, body);
      assertThat(answer.json().getInteger("created_count")).isEqualTo(2_000);
      assertThat(here.count("api_key")).isEqualTo(Integer.toString(Integer.parseInt(keys) + 2_000));
      for (int i : List.of(0, 1, 999, 1_998, 1_999)) {
        assertThat(here.verified(secrets.get(i))).isEqualTo(200);
      }
      assertChained(result(answer.json(), 1_234).getString("id"));
      assertThat(here.postgres.query("SELECT string_agg(t::text, ' ') FROM tollgate.audit t"))
          .doesNotContain(items.getJsonObject(0).getString("hash"))
          .doesNotContain(items.getJsonObject(1).getString("hash").substring(0, 64));
      // As after a break-off: what is there is told, and nothing is stored twice.
      JsonObject again = here.management.post(IMPORT, body).json();
      assertThat(again.getInteger("refused_count")).isEqualTo(2_000);
      assertRefused(again, 1_500, "form_already_exists", "hash");
    }

    /** Each line follows from the one before it, and each key carries its own number. */
    private void assertChained(String id) {
      assertThat(here.management.get("/audit/verification").json().getBoolean("valid")).isTrue();
      JsonArray lines = here.management.get("/audit?object=" + id).json().getJsonArray("data");
      assertThat(lines.stream().map(line -> ((JsonObject) line).getString("action")))
          .containsExactly("api_key.import");
      assertThat(
              here.postgres.query(
                  """
                  SELECT count(*) FROM tollgate.api_key k JOIN tollgate.audit a ON a.object = k.id
                  JOIN tollgate.change_log l ON l.number = a.number
                  WHERE k.name LIKE 'bulk %' AND k.number = a.number AND k.since = a.number
                    AND l.keys = ARRAY[k.id] AND l.addresses @> ARRAY(
                      SELECT digest FROM tollgate.api_key_secret s WHERE s.key_id = k.id)
                  """))
          .isEqualTo("2000");
    }

    @Test
    void that_is_made_twice_at_once_creates_each_key_once() {
      List<JsonObject> items = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        items.add(item("sha256", secret()));
      }
      JsonObject body = body(items.toArray(JsonObject[]::new));
      List<CompletableFuture<Answer>> calls = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        calls.add(CompletableFuture.supplyAsync(() -> here.management.post(IMPORT, body)));
      }
      int created = 0;
      for (CompletableFuture<Answer> call : calls) {
        assertThat(call.join().status()).as(call.join().body()).isEqualTo(200);
        created += call.join().json().getInteger("created_count");
      }
      assertThat(created).isEqualTo(300);
    }

    @ParameterizedTest
    @CsvSource({"keys;read_only, 403", "billing, 403", "keys, 200"})
    void needs_a_key_that_may_change_keys(String areas, int status) {
      var wanted =
          new JsonObject()
              .put("name", "importer")
              .put("areas", new JsonArray(List.of(areas.split(";", -1))));
      String secret =
          here.management.post("/instance/secret_keys", wanted).json().getString("secret");
      Answer answer =
          here.management.send(
              here.management
                  .request(IMPORT)
                  .setHeader("Authorization", "Bearer " + secret)
                  .POST(BodyPublishers.ofString(body(item("sha256", secret())).encode())));
      assertThat(answer.status()).isEqualTo(status);
    }
  }

  @Test
  void what_was_stored_before_postgres_died_is_told_and_the_rest_comes_by_repeating() {
    try (TestPostgres mortal = TestPostgres.dedicated();
        TestManagement management = new TestManagement(mortal, here.redis)) {
      List<JsonObject> items = new ArrayList<>();
      for (int i = 0; i < 5_000; i++) {
        items.add(item("sha256", secret()));
      }
      JsonObject body = body(items.toArray(JsonObject[]::new));
      var call = CompletableFuture.supplyAsync(() -> management.post(IMPORT, body));
      String count = "SELECT count(*) FROM tollgate.api_key";
      Awaiting.until("a part is stored", () -> Integer.parseInt(mortal.query(count)) > 0);
      mortal.kill9();
      assertThat(call.join().status()).as(call.join().body()).isEqualTo(200);
      JsonObject broken = call.join().json();
      int created = broken.getInteger("created_count");
      assertThat(created).isBetween(1, 4_999);
      assertRefused(broken, 4_999, "import_interrupted", "");
      mortal.restart();
      Awaiting.until("Postgres answers", () -> management.verify("nobody's").status() == 404);
      JsonObject again = management.post(IMPORT, body).json();
      assertThat(mortal.query(count)).isEqualTo("5000");
      // The part whose commit was under way may have been stored, though nobody could tell.
      assertThat(again.getInteger("refused_count")).isBetween(created, created + 200);
      assertRefused(again, 0, "form_already_exists", "hash");
    }
  }

  @Test
  void the_first_of_each_algorithm_switches_it_on_and_that_stands_in_the_audit() {
    try (TestPostgres fresh = TestPostgres.database();
        TestManagement first = new TestManagement(fresh, here.redis)) {
      String record = "SELECT body FROM tollgate.record WHERE name = 'instance:'";
      String wrong = body(item("sha256", secret()).put("name", "x")).encode();
      first.post(IMPORT, wrong);
      first.post(IMPORT, body(item("sha256", secret())).put("dry_run", true));
      assertThat(fresh.query(record)).contains("\"sha256\":false,\"sha512\":false");
      first.post(IMPORT, body(item("sha512", secret())));
      assertThat(fresh.query(record)).contains("\"sha256\":false,\"sha512\":true");
      first.post(IMPORT, body(item("sha256", secret()), item("sha512", secret())));
      first.post(IMPORT, body(item("sha256", secret())));
      assertThat(fresh.query(record)).contains("\"sha256\":true,\"sha512\":true");
      assertThat(
              fresh.query(
                  "SELECT string_agg(before::text || after::text, ' ' ORDER BY number)"
                      + " FROM tollgate.audit WHERE action = 'instance.imports.enable'"))
          .isEqualTo(
              """
              {"object":"instance_imports","sha256":false,"sha512":false}\
              {"object":"instance_imports","sha256":false,"sha512":true} \
              {"object":"instance_imports","sha256":false,"sha512":true}\
              {"object":"instance_imports","sha256":true,"sha512":true}""");
    }
  }
}
