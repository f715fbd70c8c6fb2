package io.tollgate.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The order of ring and fence, on real threads, by jcstress; and that it would see a wrong one. */
class FenceOrderTest {
  @TempDir Path results;

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void who_sees_the_fence_confirmed_does_not_see_what_was_removed_before() throws Exception {
    String output = stress(FenceOrder.FenceFirst.class);
    assertThat(output).contains("Failed tests: No matches").contains("Error tests: No matches");
    assertThat(seen(output, "true, true")).isZero();
    assertThat(seen(output, "true, false")).isPositive();
    assertThat(seen(output, "false, true")).isPositive();
  }

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void the_other_order_would_accept_a_revoked_key() throws Exception {
    assertThat(seen(stress(FenceOrder.RingFirst.class), "true, true")).isPositive();
  }

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void nor_uses_a_grant_that_named_what_has_changed() throws Exception {
    String output = stress(FenceOrder.RecordChanged.class);
    assertThat(output).contains("Failed tests: No matches").contains("Error tests: No matches");
    assertThat(seen(output, "true, true")).isZero();
    assertThat(seen(output, "true, false")).isPositive();
  }

  private String stress(Class<?> test) throws IOException, InterruptedException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "org.openjdk.jcstress.Main",
            "-t",
            test.getName().replace('$', '.'),
            "-m",
            "quick",
            "-f",
            "1",
            "-sc",
            "false",
            "-v",
            "-jvmArgs",
            "--enable-native-access=ALL-UNNAMED",
            "-r",
            results.toString());
    Process process =
        new ProcessBuilder(command).directory(results.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** Adds up how often an outcome was seen, in all configurations. */
  private static long seen(String output, String outcome) {
    return Pattern.compile("^ *" + outcome + " +([0-9,]+) ", Pattern.MULTILINE)
        .matcher(output)
        .results()
        .mapToLong(match -> Long.parseLong(match.group(1).replace(",", "")))
        .sum();
  }
}
