package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.tls.TlsContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The reference of all settings says what the catalogue says. */
class ConfigurationPageTest {
  private static final Pattern SUITE = Pattern.compile("`(TLS_[A-Z0-9_]+)`");

  private static String row(Setting<?> setting) {
    String fallback = setting.fallbackShown();
    String shown =
        fallback.contains("`") || fallback.contains(" ") ? fallback : '`' + fallback + '`';
    return "| `"
        + setting.name()
        + "` | `"
        + setting.variable()
        + "`"
        + (setting.isSecret() ? " or `…_FILE`" : "")
        + " | "
        + setting.kind().name()
        + " | "
        + (fallback.isEmpty() ? "" : shown)
        + " | "
        + setting.description()
        + " |";
  }

  @Test
  void the_page_has_exactly_one_row_for_each_setting() throws Exception {
    String page = Files.readString(Path.of("docs", "configuration.md"));
    String rows =
        page.lines()
            .filter(line -> line.contains("| `TOLLGATE_"))
            .collect(Collectors.joining("\n"));
    assertThat(rows)
        .isEqualTo(
            Catalogue.all().stream()
                .map(ConfigurationPageTest::row)
                .collect(Collectors.joining("\n")));
  }

  @Test
  void the_page_has_exactly_the_suites_of_tls_in_their_order() throws Exception {
    String page = Files.readString(Path.of("docs", "configuration.md"));
    assertThat(SUITE.matcher(page).results().map(found -> found.group(1)).toList())
        .isEqualTo(TlsContext.SUITES);
  }
}
