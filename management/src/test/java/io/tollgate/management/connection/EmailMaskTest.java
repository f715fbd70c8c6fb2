package io.tollgate.management.connection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmailMaskTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "ada@byron.example | a***@byron.example",
        "ada.b+x=1%y@byron.example | a***@byron.example",
        "a eq \"ada@b.example\" or b eq 1 | a eq \"a***@b.example\" or b eq 1",
        "<ada@a.example>,(bob@b.example) | <a***@a.example>,(b***@b.example)",
        "ada@localhost | a***@localhost",
        "ada@byron@c.example | a***@b***@c.example",
        "äda@byron.example | ä***@byron.example",
        "/Users/ada%40byron.example | /***@byron.example",
        "\"ada\"@byron.example | \"***@byron.example",
        "mailto:ada@byron.example. | mailto:a***@byron.example."
      })
  void the_first_character_and_the_domain_stay(String text, String masked) {
    assertThat(EmailMask.masked(text)).isEqualTo(masked);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "@", "at @ home", "@home", "nothing", "100%"})
  void what_is_no_address_stays(String text) {
    assertThat(EmailMask.masked(text)).isEqualTo(text);
  }

  @Test
  void a_character_of_two_parts_is_not_torn() {
    assertThat(EmailMask.masked("\uD83D\uDE00da@a.example")).isEqualTo("\uD83D\uDE00***@a.example");
  }

  @Test
  void many_ats_cost_no_more_than_others() {
    assertThat(EmailMask.masked("\"@".repeat(8_000))).hasSizeLessThan(80_000);
    assertThat(EmailMask.masked("a".repeat(16_000) + "@")).isEqualTo("a***@");
  }
}
