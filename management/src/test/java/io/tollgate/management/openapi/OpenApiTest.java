package io.tollgate.management.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The service tells of itself what is so: its document, and a page that shows it. */
class OpenApiTest {
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
  }

  @AfterAll
  static void stop() {
    management.close();
    redis.close();
    postgres.close();
  }

  private static Answer page(String path) {
    return management.send(management.bare(path));
  }

  private static JsonObject document() {
    Map<String, Object> tree =
        new Yaml(new SafeConstructor(new LoaderOptions())).load(page("/openapi.yaml").body());
    return new JsonObject(tree);
  }

  private static List<Endpoints.Operation> operations() {
    return management.management().operations();
  }

  @Test
  void the_document_is_there_for_whoever_asks() {
    Answer answer = page("/openapi.yaml");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/yaml");
    assertThat(document().getString("openapi")).isEqualTo("3.1.1");
  }

  @Test
  void it_names_each_endpoint_that_is_served_and_no_other() {
    Set<String> served = new TreeSet<>();
    for (Endpoints.Operation operation : operations()) {
      String path = operation.path().replaceAll(":([a-z_]+)", "{$1}");
      served.add(operation.method() + " " + path + " " + operation.name());
    }
    Set<String> told = new TreeSet<>();
    JsonObject paths = document().getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      for (Map.Entry<String, Object> one : paths.getJsonObject(path)) {
        String method = one.getKey().toUpperCase(Locale.ROOT);
        told.add(
            method + " " + path + " " + ((JsonObject) one.getValue()).getString("operationId"));
      }
    }
    assertThat(told).isEqualTo(served);
  }

  @Test
  void it_tells_of_each_endpoint_what_it_answers_when_all_is_well() {
    JsonObject paths = document().getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      for (Map.Entry<String, Object> one : paths.getJsonObject(path)) {
        JsonObject endpoint = (JsonObject) one.getValue();
        assertThat(endpoint.getJsonObject("responses").fieldNames())
            .as(endpoint.getString("operationId"))
            .containsAnyOf("200", "201")
            .contains("401", "403", "503");
        assertThat(endpoint.getString("summary")).isNotBlank();
      }
    }
  }

  @Test
  void each_reference_leads_to_a_schema_and_each_schema_is_needed() {
    String text = page("/openapi.yaml").body();
    Set<String> named = new TreeSet<>();
    Matcher reference = Pattern.compile("#/components/schemas/([A-Za-z]+)").matcher(text);
    while (reference.find()) {
      named.add(reference.group(1));
    }
    Set<String> there =
        new TreeSet<>(document().getJsonObject("components").getJsonObject("schemas").fieldNames());
    assertThat(named).isEqualTo(there);
  }

  @Test
  void an_endpoint_that_nobody_described_is_found_out() {
    List<Endpoints.Operation> more = new ArrayList<>(operations());
    more.add(
        new Endpoints.Operation(
            "keys.forgotten", HttpMethod.GET, "/forgotten", more.get(0).area(), false));
    assertThatThrownBy(() -> OpenApi.document(more)).hasMessageContaining("keys.forgotten");
  }

  @Test
  void a_description_of_what_is_not_served_is_found_out() {
    List<Endpoints.Operation> fewer = new ArrayList<>(operations());
    String gone = fewer.remove(0).name();
    assertThatThrownBy(() -> OpenApi.document(fewer)).hasMessageContaining(gone);
  }

  @Test
  void the_page_and_all_that_it_needs_come_from_here() {
    Answer page = page("/docs");
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
    assertThat(page.header("Content-Security-Policy")).startsWith("default-src 'none';");
    Matcher needed = Pattern.compile("(?:src|href)=\"([^\"]+)\"").matcher(page.body());
    List<String> paths = new ArrayList<>();
    while (needed.find()) {
      paths.add(needed.group(1));
    }
    paths.remove("data:,");
    assertThat(paths).hasSize(4);
    for (String path : paths) {
      assertThat(path).doesNotContain(":");
      Answer part = page(path);
      assertThat(part.status()).as(path).isEqualTo(200);
      assertThat(part.body()).as(path).isNotEmpty();
    }
  }

  @Test
  void nothing_else_is_to_be_had_from_the_pages() {
    for (String path : List.of("/docs/../pom.xml", "/docs/docs.html", "/v1/docs")) {
      assertThat(page(path).status()).as(path).isEqualTo(404);
    }
  }
}
