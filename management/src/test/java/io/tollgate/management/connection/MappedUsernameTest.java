package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Whom a directory's documents make known by which username. */
class MappedUsernameTest extends MappedAttributesCase {
  @Test
  void a_username_comes_from_where_the_directory_says() {
    String name = Firm.name("ada");
    told("{\"userName\":\"%s@Example.com\"}".formatted(name));
    assertThat(shown().getString("username")).isEqualTo(name + "@Example.com");
    JsonObject mapping = new JsonObject().put("username", "nickName");
    firm.patch(directory, new JsonObject().put("attribute_mapping", mapping));
    String nick = Firm.name("nick");
    told("{\"userName\":\"%s\",\"nickName\":\" %s \"}".formatted(name, nick));
    assertThat(shown().getString("username")).isEqualTo(nick);
    mapping.putNull("username");
    firm.patch(directory, new JsonObject().put("attribute_mapping", mapping));
    told("{\"userName\":\"%s\"}".formatted(name));
    assertThat(shown().getString("username")).isEqualTo(nick);
  }

  @Test
  void a_username_that_another_user_has_is_his_and_all_else_is_told() {
    String mine = Firm.name("mine");
    String taken = Firm.name("taken");
    JsonObject other = new JsonObject().put("first_name", "Eve").put("username", taken);
    String eve = id(firm.management.post("/users", other).ok());
    told("{\"userName\":\"%s\"}".formatted(mine));
    MappedAttributes.Outcome outcome =
        told("{\"userName\":\"%s\",\"name\":{\"givenName\":\"Grace\"}}".formatted(taken));
    assertThat(outcome.warnings())
        .extracting(AttributeWarning::code)
        .containsExactly("scim_username_taken");
    assertThat(shown().getString("username")).isEqualTo(mine);
    assertThat(shown().getString("first_name")).isEqualTo("Grace");
    firm.management.delete("/users/" + eve).ok();
    assertThat(told("{\"userName\":\"%s\"}".formatted(taken)).warnings()).isEmpty();
    assertThat(shown().getString("username")).isEqualTo(taken);
  }

  @Test
  void of_two_who_are_told_of_by_one_username_at_once_one_has_it_and_neither_fails() {
    String name = Firm.name("both");
    String other = firm.person(directory, new JsonObject());
    List<String> both = List.of(user, other);
    List<CompletableFuture<MappedAttributes.Outcome>> told =
        both.stream()
            .map(
                one ->
                    CompletableFuture.supplyAsync(
                        () -> told(one, "{\"userName\":\"%s\"}".formatted(name))))
            .toList();
    assertThat(told.stream().mapToInt(each -> each.join().warnings().size()).sum()).isEqualTo(1);
    assertThat(
            firm.postgres.query(
                "SELECT count(*) FROM tollgate.app_user WHERE username = '" + name + "'"))
        .isEqualTo("1");
  }

  @Test
  void a_username_that_is_too_long_or_no_text_stays_as_it_was_with_a_warning() {
    String name = Firm.name("short");
    told("{\"userName\":\"%s\"}".formatted(name));
    assertThat(told("{\"userName\":\"%s\"}".formatted("x".repeat(257))).warnings()).hasSize(1);
    assertThat(told("{\"userName\":7}").warnings()).hasSize(1);
    assertThat(shown().getString("username")).isEqualTo(name);
  }
}
