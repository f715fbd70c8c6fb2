package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plants type names that say nothing, and some that only look like it. */
class NamingRulesTest {
  private static final String MAIN = "gateway/src/main/java/io/tollgate/key/Planted.java";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "final class HeaderUtil {}",
        "final class HeaderUtils {}",
        "final class KeyManager {}",
        "final class KeyHelper {}",
        "final class KeySourceImpl {}",
        "abstract class AbstractSource {}",
        "abstract class BaseSource {}",
        "record KeyData() {}",
        "record KeyInfo() {}",
        "enum KeyProcessor {}",
        "interface IKeySource {}",
        "@interface KeyInfo {}",
        "final class Key { interface Source { record Info() {} } }",
      })
  void a_hollow_name_is_found(String planted) {
    assertThat(NamingRules.hollowTypeNames(new SourceFile(MAIN, planted))).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "final class Base62 {}",
        "final class Database {}",
        "interface Identity {}",
        "interface IdSource {}",
        "final class ISeeYou {}",
        "final class DataDirectory {}",
        "final class Key { void KeyManager() {} }",
        "// class KeyManager {}",
      })
  void a_name_that_only_looks_hollow_passes(String innocent) {
    assertThat(NamingRules.hollowTypeNames(new SourceFile(MAIN, innocent))).isEmpty();
  }

  @Test
  void the_offence_tells_where_it_stands() {
    assertThat(NamingRules.hollowTypeNames(new SourceFile(MAIN, "\n\nclass KeyManager {}")))
        .containsExactly(MAIN + ":3: KeyManager says nothing, name its difference");
  }

  @Test
  void tests_may_name_their_abstract_contracts_as_they_like() {
    String test = "gateway/src/test/java/io/tollgate/store/Planted.java";
    assertThat(NamingRules.hollowTypeNames(new SourceFile(test, "class AbstractThing {}")))
        .isEmpty();
  }
}
