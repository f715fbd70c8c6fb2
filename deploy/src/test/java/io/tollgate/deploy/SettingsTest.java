package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.access.AddressRanges;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every setting, by default and by each way it can be set. */
class SettingsTest {
  @TempDir Path directory;

  /** For each kind a text that no default has. */
  private static String other(Setting<?> setting) {
    return switch (setting.kind().name()) {
      case "integer" -> "12345";
      case "boolean" -> setting.fallback().equals("true") ? "false" : "true";
      case "duration" -> "123ms";
      case "number" -> "0.5";
      case "level" -> "error";
      case "deployment" -> "ha";
      case "policy" -> "refuse";
      case "demand" -> "optional";
      case "e-mails" -> "whole";
      case "address ranges" -> "192.0.2.0/24,2001:db8::1";
      case "list" -> "[{path: /other, upstream: 'http://other'}]";
      case "secret URL" -> "scheme://user:hunter2@host:1/x";
      default -> "other text of 32 characters or more";
    };
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("tollgate.yaml"), text);
  }

  private Settings read(String text) throws IOException {
    return Settings.read(Map.of("TOLLGATE_CONFIG", file(text).toString()));
  }

  @Test
  void defaults() {
    Settings settings = Settings.read(Map.of());
    for (Setting<?> setting : Catalogue.all()) {
      assertThat(settings.given(setting).isDefault()).as(setting.name()).isTrue();
      assertThat(settings.given(setting).origin()).isEqualTo("default");
    }
    assertThat(settings.get(Catalogue.EDGE_PORT)).isEqualTo(8080);
    assertThat(settings.get(ManagementCatalogue.MANAGEMENT_PORT)).isEqualTo(8081);
    assertThat(settings.get(Catalogue.INTERNAL_PORT)).isEqualTo(9090);
    assertThat(settings.get(Catalogue.INTERNAL_HOST)).isEqualTo("127.0.0.1");
    assertThat(settings.find(Catalogue.PEPPER)).isNull();
  }

  @Test
  void every_setting_is_read_from_the_environment() {
    Map<String, String> environment = new HashMap<>();
    for (Setting<?> setting : Catalogue.all()) {
      environment.put(setting.variable(), other(setting));
    }
    Settings settings = Settings.read(environment);
    for (Setting<?> setting : Catalogue.all()) {
      assertThat(settings.given(setting).text()).as(setting.name()).isEqualTo(other(setting));
      assertThat(settings.given(setting).origin()).isEqualTo(setting.variable());
    }
  }

  @Test
  void every_setting_is_read_from_the_file() throws IOException {
    var text = new StringBuilder();
    for (Setting<?> setting : Catalogue.all()) {
      boolean list = setting.kind().name().equals("list");
      String value = list ? other(setting) : '"' + other(setting) + '"';
      text.append(setting.name()).append(": ").append(value).append('\n');
    }
    Settings settings = read(text.toString());
    int line = 1;
    for (Setting<?> setting : Catalogue.all()) {
      Given given = settings.given(setting);
      assertThat(given.isDefault()).as(setting.name()).isFalse();
      assertThat(given.origin()).endsWith("tollgate.yaml:" + line++);
      if (!setting.kind().name().equals("list")) {
        assertThat(given.text()).isEqualTo(other(setting));
      }
    }
    assertThat(RouteEntries.of(settings)).hasSize(1);
  }

  @Test
  void every_secret_is_read_from_a_file_of_its_own() throws IOException {
    Path secret =
        Files.writeString(directory.resolve("secret"), "a text that nobody sees, at all\n");
    for (Setting<?> setting : Catalogue.all()) {
      if (setting.isSecret()) {
        Settings settings = Settings.read(Map.of(setting.fileVariable(), secret.toString()));
        assertThat(settings.given(setting).text()).isEqualTo("a text that nobody sees, at all");
        assertThat(settings.given(setting).origin()).contains(setting.fileVariable());
      }
    }
  }

  @Test
  void the_environment_wins_over_the_file_and_sections_may_be_nested() throws IOException {
    Path file = file("edge:\n  port: 1111\n  host: 127.0.0.9\n");
    Settings settings =
        Settings.read(Map.of("TOLLGATE_CONFIG", file.toString(), "TOLLGATE_EDGE_PORT", "2222"));
    assertThat(settings.get(Catalogue.EDGE_PORT)).isEqualTo(2222);
    assertThat(settings.get(Catalogue.EDGE_HOST)).isEqualTo("127.0.0.9");
  }

  @Test
  void an_unknown_variable_is_named_with_the_nearest_known_one() {
    assertThatThrownBy(() -> Settings.read(Map.of("TOLLGATE_EGDE_PORT", "1")))
        .isInstanceOf(SettingFault.class)
        .hasMessageContaining("TOLLGATE_EGDE_PORT")
        .hasMessageContaining("TOLLGATE_EDGE_PORT");
  }

  @Test
  void an_unknown_setting_is_named_with_its_line_and_the_nearest_known_one() {
    assertThatThrownBy(() -> read("edge:\n  port: 1\nring:\n  entrys-max: 5\n"))
        .isInstanceOf(SettingFault.class)
        .hasMessageContaining("ring.entrys-max")
        .hasMessageContaining("tollgate.yaml:4")
        .hasMessageContaining("ring.entries-max");
  }

  @Test
  void a_wrong_value_is_named_with_its_origin_and_what_was_expected() {
    assertThatThrownBy(() -> Settings.read(Map.of("TOLLGATE_EDGE_PORT", "many")))
        .hasMessageContaining("edge.port")
        .hasMessageContaining("TOLLGATE_EDGE_PORT")
        .hasMessageContaining("a whole number")
        .hasMessageContaining("many");
    assertThatThrownBy(() -> read("redis.deadline: soon"))
        .hasMessageContaining("redis.deadline")
        .hasMessageContaining("duration")
        .hasMessageContaining("soon");
  }

  @Test
  void a_length_of_bodies_may_be_longer_than_2_gib_and_is_named_where_it_is_none() {
    Map<String, String> large = Map.of("TOLLGATE_EDGE_BODY_BYTES_MAX", "10737418240");
    assertThat(Settings.read(large).get(Catalogue.EDGE_BODY_BYTES_MAX)).isEqualTo(10L << 30);
    assertThatThrownBy(
            () -> Settings.read(Map.of("TOLLGATE_EDGE_BODY_BYTES_MAX", "9223372036854775808")))
        .isInstanceOf(SettingFault.class)
        .hasMessageContaining("edge.body-bytes-max")
        .hasMessageContaining("a whole number")
        .hasMessageContaining("9223372036854775808");
  }

  @Test
  void of_a_list_the_part_that_is_wrong_is_named() {
    assertThatThrownBy(
            () -> Settings.read(Map.of("TOLLGATE_EDGE_TRUSTED_PROXIES", "::1, 10.0.0.1/8, ::2")))
        .isInstanceOf(SettingFault.class)
        .hasMessageContaining("edge.trusted-proxies")
        .hasMessageContaining("TOLLGATE_EDGE_TRUSTED_PROXIES")
        .hasMessageContaining("10.0.0.0/8 or 2001:db8::1")
        .hasMessageEndingWith("was \"10.0.0.1/8\"");
    assertThatThrownBy(() -> read("edge:\n  trusted-proxies: [10.0.0.0/8, proxy.internal]"))
        .hasMessageContaining("tollgate.yaml:2")
        .hasMessageEndingWith("was \"proxy.internal\"");
  }

  @Test
  void a_list_may_be_written_as_one_and_may_be_empty() throws IOException {
    AddressRanges both =
        read("edge.trusted-proxies:\n  - 10.0.0.0/8\n  - 2001:db8::/32\n")
            .get(Catalogue.EDGE_TRUSTED_PROXIES);
    assertThat(both.contains(InetAddress.getByName("10.1.2.3"))).isTrue();
    assertThat(both.contains(InetAddress.getByName("2001:db8::1"))).isTrue();
    AddressRanges none = read("edge.trusted-proxies: []").get(Catalogue.EDGE_TRUSTED_PROXIES);
    assertThat(none.isEmpty()).isTrue();
  }

  @Test
  void a_secret_that_is_given_twice_or_whose_file_is_missing_stops_the_start() {
    assertThatThrownBy(
            () ->
                Settings.read(
                    Map.of("TOLLGATE_PEPPER", "x", "TOLLGATE_PEPPER_FILE", "/nowhere/pepper")))
        .isInstanceOf(SettingFault.class);
    assertThatThrownBy(() -> Settings.read(Map.of("TOLLGATE_PEPPER_FILE", "/nowhere/pepper")))
        .hasMessageContaining("TOLLGATE_PEPPER_FILE")
        .hasMessageContaining("/nowhere/pepper");
  }

  @Test
  void the_table_shows_every_setting_and_no_secret() {
    Settings settings =
        Settings.read(
            Map.of(
                "TOLLGATE_PEPPER", "hunter2hunter2hunter2hunter2hunter2",
                "TOLLGATE_SECRET_KEY", "sk_hunter2hunter2",
                "TOLLGATE_MANAGEMENT_RECOVERY_KEY", "hunter2",
                "TOLLGATE_BILLING_CLOUDEVENTS_URL", "https://sink:8443/in/hunter2?a=hunter2",
                "TOLLGATE_BILLING_STRIPE_KEY", "hunter2",
                "TOLLGATE_REDIS_URL", "redis://user:hunter2@host:6379",
                "TOLLGATE_POSTGRES_URL", "postgresql://u:hunter2@host:5432/d?password=hunter2"));
    String table = String.join("\n", SettingsTable.lines(settings));
    assertThat(table)
        .doesNotContain("hunter2")
        .contains("@host:6379", "@host:5432/d", "https://sink:8443/******");
    for (Setting<?> setting : Catalogue.all()) {
      assertThat(table).contains("\n" + setting.name() + " ");
    }
  }
}
