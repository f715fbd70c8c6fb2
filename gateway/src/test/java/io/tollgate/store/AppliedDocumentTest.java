package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

class AppliedDocumentTest {
  private static final Secret OLD = new Secret("an old pepper of 32 characters!!");
  private static final Secret NEW = new Secret("a new pepper of 32 characters!!!");
  private static final Applied APPLIED = new Applied("epoch", "mark", new LogPosition(42, "id"));

  private final AppliedDocument documents = documents(NEW);

  @Test
  void what_was_written_comes_back() {
    assertThat(documents.decode(documents.encode(APPLIED))).contains(APPLIED);
  }

  @Test
  void no_two_texts_of_one_number_are_equal() {
    assertThat(documents.encode(APPLIED)).isNotEqualTo(documents.encode(APPLIED));
  }

  @Test
  void no_two_names_are_equal() {
    assertThat(documents.freshName()).isNotEqualTo(documents.freshName());
  }

  @Test
  void a_rebuild_is_no_number() {
    assertThat(documents.decode(documents.encodeRebuilding())).isEmpty();
  }

  @Test
  void what_was_changed_or_made_elsewhere_is_no_number() {
    String text = documents.encode(APPLIED);
    assertThat(documents.decode(text.replace("42", "43"))).isEmpty();
    assertThat(documents.decode("")).isEmpty();
    assertThat(documents.decode("42")).isEmpty();
    assertThat(documents.decode(documents(OLD).encode(APPLIED))).isEmpty();
  }

  @Test
  void a_retired_pepper_still_counts_and_shows() {
    AppliedDocument rotated = documents(NEW, OLD);
    String old = documents(OLD).encode(APPLIED);
    assertThat(rotated.decode(old)).contains(APPLIED);
    assertThat(rotated.isUnderNewestPepper(old)).isFalse();
    assertThat(rotated.isUnderNewestPepper(rotated.encode(APPLIED))).isTrue();
  }

  private static AppliedDocument documents(Secret... peppers) {
    return new AppliedDocument(new Pepper(List.of(peppers)), new SecureRandom());
  }
}
