package io.tollgate.management.openapi;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The comparison with the document finds what an answer may not be. */
class ContractTest {
  private static final String KEY = "/api_keys/ak_0123456789abcdef0123456789abcdef";

  private final Contract contract = new Contract(all());

  /** Returns the described endpoints; where each stands matters to one of them only. */
  private static List<Endpoints.Operation> all() {
    Set<String> names = Descriptions.read().operations().keySet();
    return names.stream()
        .map(
            name ->
                new Endpoints.Operation(
                    name,
                    HttpMethod.GET,
                    name.equals("api_keys.get") ? "/api_keys/:id" : "/" + name,
                    Area.KEYS,
                    false))
        .toList();
  }

  private static JsonObject switched() {
    return new JsonObject().put("object", "instance_api_keys").put("enabled", true);
  }

  private void check(int status, String type, JsonObject body) {
    contract.check("GET", "/v1/instance.api_keys.get", status, type, body.encode());
  }

  private static JsonObject refusal(String code) {
    return new JsonObject(
        """
        {"errors":[{"code":"%s","message":"m","long_message":"l"}],"clerk_trace_id":"req_0"}
        """
            .formatted(code));
  }

  @Test
  void it_lets_pass_what_is_described() {
    assertThatCode(() -> check(200, "application/json", switched())).doesNotThrowAnyException();
    assertThatCode(() -> check(401, "application/json", refusal("clerk_key_invalid")))
        .doesNotThrowAnyException();
  }

  @Test
  void it_finds_a_status_that_is_not_described() {
    assertThatThrownBy(() -> check(418, "application/json", refusal("clerk_key_invalid")))
        .hasMessageContaining("not described");
  }

  @Test
  void it_finds_a_code_that_is_not_described() {
    assertThatThrownBy(() -> check(401, "application/json", refusal("made_up")))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void it_finds_a_member_that_is_not_described() {
    assertThatThrownBy(() -> check(200, "application/json", switched().put("more", 1)))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void it_finds_a_member_that_is_missing_or_of_another_type() {
    JsonObject missing = switched();
    missing.remove("enabled");
    assertThatThrownBy(() -> check(200, "application/json", missing))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> check(200, "application/json", switched().put("enabled", "yes")))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void it_finds_another_content_type() {
    assertThatThrownBy(() -> check(200, "text/plain", switched()))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void it_finds_a_wrong_member_behind_a_reference() {
    var body =
        new JsonObject(
            """
            {"errors":[{"code":"resource_not_found","message":"m","long_message":1}],
            "clerk_trace_id":"req_0"}
            """);
    assertThatThrownBy(() -> contract.check("GET", KEY, 404, "application/json", body.encode()))
        .isInstanceOf(AssertionError.class);
  }
}
