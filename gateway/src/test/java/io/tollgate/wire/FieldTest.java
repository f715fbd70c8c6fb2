package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldTest {
  private static final Set<Field> GROUPS =
      EnumSet.of(Field.OTHER, Field.ALIAS, Field.OURS, Field.X_FORWARDED);
  private static final String PUNCTUATION = "!#$%&'*+.^_`|~";

  /** Stands among other bytes, as a name does. */
  private static Field of(String name) {
    byte[] bytes = Heads.bytes("-" + name + "-");
    return Field.of(bytes, 1, bytes.length - 1);
  }

  @ParameterizedTest
  @EnumSource(Field.class)
  void a_field_is_known_by_its_name_in_letters_of_either_case(Field field) {
    if (!GROUPS.contains(field)) {
      assertThat(of(field.lowerName())).isEqualTo(field);
      assertThat(of(field.lowerName().toUpperCase(Locale.ROOT))).isEqualTo(field);
    }
  }

  @ParameterizedTest
  @EnumSource(Field.class)
  void a_name_that_a_careless_server_takes_for_it_is_an_alias(Field field) {
    if (!GROUPS.contains(field) && field.lowerName().contains("-")) {
      for (int i = 0; i < PUNCTUATION.length(); i++) {
        String alias = field.lowerName().replace('-', PUNCTUATION.charAt(i));
        assertThat(of(alias)).isEqualTo(Field.ALIAS);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Field.class)
  void a_name_with_more_or_less_in_it_is_another(Field field) {
    if (!GROUPS.contains(field)) {
      assertThat(of(field.lowerName() + "s")).isNotIn(field, Field.ALIAS);
      assertThat(of("x" + field.lowerName())).isNotIn(field, Field.ALIAS);
      assertThat(of(field.lowerName().substring(1))).isNotIn(field, Field.ALIAS);
      assertThat(of("-" + field.lowerName())).isNotIn(field, Field.ALIAS);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tollgate",
        "Tollgate-Key-Id",
        "TOLLGATE_SUBJECT",
        "tollgate.x",
        "tollgate-",
        "Tollgate~~"
      })
  void the_edges_own_namespace_is_known_in_every_spelling(String name) {
    assertThat(of(name)).isEqualTo(Field.OURS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x-forwarded", "X-Forwarded-Host", "x_forwarded_port", "X-Forwarded-"})
  void what_tells_of_the_clients_origin_is_known_in_every_spelling(String name) {
    assertThat(of(name)).isEqualTo(Field.X_FORWARDED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x", "tollgates", "tollgat", "x-tollgate-key-id", "x-forwardedfor", "cookie", "~"})
  void any_other_is_none_of_our_business(String name) {
    assertThat(of(name)).isEqualTo(Field.OTHER);
    assertThat(of(name).passes()).isTrue();
  }

  @Test
  void what_ends_at_this_hop_or_could_forge_what_the_edge_says_does_not_pass() {
    assertThat(EnumSet.allOf(Field.class).stream().filter(Field::passes))
        .containsExactlyInAnyOrder(
            Field.OTHER,
            Field.AUTHORIZATION,
            Field.X_API_KEY,
            Field.ACCESS_CONTROL_REQUEST_METHOD,
            Field.CONTENT_TYPE,
            Field.ORIGIN,
            Field.TRACEPARENT,
            Field.TRACESTATE);
  }
}
