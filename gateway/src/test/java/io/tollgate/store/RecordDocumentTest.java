package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Scopes;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who can write to Redis still can't mint a key. */
class RecordDocumentTest {
  private static final Secret OTHER = new Secret("another pepper, which an attacker may well have");
  private static final KeyDigest DIGEST = new KeyDigest(1, 2, 3, 4);
  private static final KeyRecord RECORD =
      KeyRecord.plain(
          42,
          new KeyId(5, 6),
          StoredKeys.SUBJECT,
          Scopes.of(List.of("a", "b")),
          false,
          1_800_000_000_000L);

  private final RecordDocument documents = new RecordDocument(StoredKeys.PEPPER);

  @Test
  void a_document_reads_back_what_was_written() {
    assertThat(documents.decode(DIGEST, documents.encode(DIGEST, RECORD))).contains(RECORD);
    KeyRecord plain =
        KeyRecord.plain(0, new KeyId(0, 0), StoredKeys.SUBJECT, Scopes.NONE, true, KeyRecord.NEVER);
    assertThat(documents.decode(DIGEST, documents.encode(DIGEST, plain))).contains(plain);
  }

  @Test
  void under_another_keys_name_it_is_none() {
    String document = documents.encode(DIGEST, RECORD);
    assertThat(documents.decode(new KeyDigest(1, 2, 3, 5), document)).isEmpty();
  }

  @Test
  void sealed_under_another_pepper_it_is_none() {
    String forged = new RecordDocument(new Pepper(List.of(OTHER))).encode(DIGEST, RECORD);
    assertThat(documents.decode(DIGEST, forged)).isEmpty();
  }

  @Test
  void sealed_under_a_retired_pepper_it_still_counts() {
    String old = new RecordDocument(new Pepper(List.of(OTHER))).encode(DIGEST, RECORD);
    Secret current = new Secret("the pepper that replaces the other, in use");
    var rotated = new RecordDocument(new Pepper(List.of(current, OTHER)));
    assertThat(rotated.decode(DIGEST, old)).contains(RECORD);
  }

  @Test
  void any_changed_character_makes_it_none() {
    String document = documents.encode(DIGEST, RECORD);
    for (int i = 0; i < document.length(); i++) {
      char other = document.charAt(i) == 'A' ? 'B' : 'A';
      String changed = document.substring(0, i) + other + document.substring(i + 1);
      assertThat(documents.decode(DIGEST, changed)).as("at %d", i).isEmpty();
    }
  }

  @Test
  void garbage_of_any_length_is_none_and_throws_nothing() {
    var random = new Random(9);
    for (int round = 0; round < 20_000; round++) {
      byte[] garbage = new byte[random.nextInt(80)];
      random.nextBytes(garbage);
      String text = new String(garbage, java.nio.charset.StandardCharsets.ISO_8859_1);
      assertThat(documents.decode(DIGEST, text)).isEmpty();
      assertThat(documents.decode(DIGEST, "A".repeat(22) + "." + text)).isEmpty();
    }
  }

  @Test
  void what_another_version_sealed_is_left_to_postgres() {
    var sealed = new SealedText(StoredKeys.PEPPER);
    for (String text : List.of("{\"version\":2}", "[]", "{", "null", "{\"version\":1}")) {
      String document = sealed.seal(RedisNames.record(DIGEST), text);
      assertThat(documents.decode(DIGEST, document)).as(text).isEmpty();
    }
  }
}
