package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.deploy.FailureModes.Refusal;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Plants refusals that nobody explains and explanations of what is never sent. */
class FailureModesTest {
  private static final Set<Refusal> REFUSALS =
      Set.of(new Refusal("key-invalid", 401), new Refusal("rate-limited", 429));
  private static final String PAGE =
      """
      # Failure modes

      ## key-invalid
      Status 401, not 403.

      ## `rate-limited`
      Status 429.
      """;

  @Test
  void a_page_that_explains_each_refusal_passes() {
    assertThat(FailureModes.offences(REFUSALS, PAGE)).isEmpty();
  }

  @Test
  void a_refusal_without_a_heading_is_found() {
    assertThat(FailureModes.offences(REFUSALS, PAGE.replace("## key-invalid", "Key-invalid:")))
        .containsExactly("key-invalid: has no heading");
  }

  @Test
  void a_heading_without_a_refusal_is_found() {
    assertThat(FailureModes.offences(REFUSALS, PAGE + "## key-expired\nStatus 401.\n"))
        .containsExactly("key-expired: is no refusal any more");
  }

  @Test
  void a_section_that_names_another_status_or_none_is_found() {
    assertThat(FailureModes.offences(REFUSALS, PAGE.replace("429", "503")))
        .containsExactly("rate-limited: is 429, its section says otherwise");
    assertThat(FailureModes.offences(REFUSALS, PAGE.replace("Status 429.", "Later.")))
        .containsExactly("rate-limited: is 429, its section says otherwise");
  }

  @Test
  void refusals_are_read_from_the_gateways_constants() {
    String text =
        """
        enum Refusal {
          KEY_INVALID(401, "key-invalid", "The key is not valid."),
          RATE_LIMITED(
              429, "rate-limited"),
        }
        """;
    assertThat(
            FailureModes.declared(
                Set.of(new SourceFile("gateway/src/main/java/io/tollgate/edge/A.java", text))))
        .containsExactlyInAnyOrderElementsOf(REFUSALS);
  }

  @Test
  void what_tests_and_other_modules_declare_is_no_refusal_of_the_edge() {
    String text = "enum A { GONE(410, \"gone\") }";
    assertThat(
            FailureModes.declared(
                Set.of(
                    new SourceFile("gateway/src/test/java/io/tollgate/edge/A.java", text),
                    new SourceFile(
                        "management/src/main/java/io/tollgate/management/A.java", text))))
        .isEmpty();
  }
}
