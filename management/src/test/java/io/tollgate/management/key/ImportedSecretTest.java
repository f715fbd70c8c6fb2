package io.tollgate.management.key;

import static io.tollgate.management.key.Importing.assertRefused;
import static io.tollgate.management.key.Importing.hash;
import static io.tollgate.management.key.Importing.item;
import static io.tollgate.management.key.Importing.result;
import static io.tollgate.management.key.Importing.secret;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Subject;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.RecordName;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a secret whose hash was imported, and which hashes can be. */
class ImportedSecretTest {
  private static Importing here;

  @BeforeAll
  static void start() {
    here = new Importing();
  }

  @AfterAll
  static void stop() {
    here.close();
  }

  @Nested
  class AKeyThatWasImported {
    @ParameterizedTest
    @ValueSource(strings = {"sha256", "sha512"})
    void works_everywhere_when_the_call_returns_and_is_as_it_was_told(String algorithm) {
      String secret = secret();
      JsonObject wanted =
          item(algorithm, secret)
              .put("name", "with all members")
              .put("scopes", new JsonArray().add("read"))
              .put("claims", new JsonObject().put("team", "a"))
              .put("description", "of the old service")
              .put("seconds_until_expiration", 3600);
      JsonObject answer = here.imported(wanted);
      assertThat(answer.getInteger("created_count")).isEqualTo(1);
      assertThat(answer.getInteger("refused_count")).isZero();
      String id = result(answer, 0).getString("id");
      assertThat(here.verified(secret)).isEqualTo(200);
      JsonObject key = here.management.verify(secret).json();
      assertThat(key.getString("id")).isEqualTo(id);
      assertThat(key.getJsonArray("scopes")).containsExactly("read");
      for (String member : List.of("name", "subject", "claims", "description")) {
        assertThat(key.getValue(member)).isEqualTo(wanted.getValue(member));
      }
      assertThat(key.getLong("expiration")).isEqualTo(key.getLong("created_at") + 3_600_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha256", "sha512"})
    void is_revoked_like_any_other(String algorithm) {
      String secret = secret();
      String id = result(here.imported(item(algorithm, secret)), 0).getString("id");
      assertThat(here.verified(secret)).isEqualTo(200);
      assertThat(here.management.post("/api_keys/" + id + "/revoke", "{}").status()).isEqualTo(200);
      assertThat(here.verified(secret)).isEqualTo(404);
    }

    @Test
    void is_revoked_by_its_secret_and_so_are_two_keys_of_one_secret() {
      String secret = secret();
      here.imported(item("sha256", secret), item("sha512", secret));
      assertThat(here.verified(secret)).isEqualTo(200);
      Answer answer =
          here.management.post("/api_keys/revoke_secret", new JsonObject().put("secret", secret));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().getBoolean("revoked")).isTrue();
      assertThat(answer.body()).doesNotContain(secret);
      assertThat(here.verified(secret)).isEqualTo(404);
    }

    @Test
    void is_told_to_be_known_by_its_hash() {
      String id = result(here.imported(item("sha512", secret())), 0).getString("id");
      here.management.post("/api_keys/" + id + "/rotate", "{\"overlap_seconds\":60}");
      JsonArray secrets =
          here.management.get("/api_keys/" + id + "/secrets").json().getJsonArray("data");
      assertThat(secrets.getJsonObject(0).getString("imported_hash")).isNull();
      assertThat(secrets.getJsonObject(1).getString("imported_hash")).isEqualTo("sha512");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha256", "sha512"})
    void is_explained(String algorithm) {
      String secret = secret();
      String id = result(here.imported(item(algorithm, secret)), 0).getString("id");
      var asked = new JsonObject().put("secret", secret);
      assertThat(here.management.post("/api_keys/explain", asked).json().getBoolean("valid"))
          .isTrue();
      here.management.post("/api_keys/" + id + "/disable", "{}");
      JsonObject explained = here.management.post("/api_keys/explain", asked).json();
      assertThat(explained.getString("decided_by")).isEqualTo("enabled");
      asked.put("secret", secret());
      explained = here.management.post("/api_keys/explain", asked).json();
      assertThat(explained.getString("decided_by")).isEqualTo("secret");
    }

    @Test
    void gets_a_secret_of_our_own_when_it_is_rotated_and_keeps_the_old_one_for_the_overlap() {
      String secret = secret();
      String id = result(here.imported(item("sha512", secret)), 0).getString("id");
      String path = "/api_keys/" + id;
      Answer shown = here.management.get(path + "/secret");
      assertThat(shown.status()).isEqualTo(400);
      assertThat(shown.code()).isEqualTo("api_key_secret_not_recoverable");
      JsonObject rotated =
          here.management.post(path + "/rotate", "{\"overlap_seconds\":3600}").json();
      assertThat(rotated.getString("secret")).startsWith("ak_");
      assertThat(here.verified(secret)).isEqualTo(200);
      assertThat(here.verified(rotated.getString("secret"))).isEqualTo(200);
      JsonObject again = here.management.post(path + "/rotate", "{}").json();
      assertThat(here.verified(secret)).isEqualTo(404);
      assertThat(here.verified(again.getString("secret"))).isEqualTo(200);
    }

    @Test
    void is_gone_when_it_was_deleted_and_may_be_imported_again() {
      String secret = secret();
      JsonObject item = item("sha256", secret);
      String id = result(here.imported(item), 0).getString("id");
      assertThat(here.management.delete("/api_keys/" + id).status()).isEqualTo(200);
      assertThat(here.verified(secret)).isEqualTo(404);
      assertThat(here.imported(item).getInteger("created_count")).isEqualTo(1);
      assertThat(here.verified(secret)).isEqualTo(200);
    }
  }

  @Nested
  class AHash {
    @ParameterizedTest
    @ValueSource(strings = {"sha256", "sha512"})
    void may_be_spelled_in_hexadecimal_of_either_case_or_any_base64(String algorithm) {
      Base64.Encoder plain = Base64.getEncoder();
      Base64.Encoder url = Base64.getUrlEncoder();
      for (Base64.Encoder encoder :
          List.of(plain, plain.withoutPadding(), url, url.withoutPadding())) {
        String secret = secret();
        String spelled = encoder.encodeToString(hash(algorithm, secret));
        here.imported(item(algorithm, secret).put("hash", spelled));
        assertThat(here.verified(secret)).as(spelled).isEqualTo(200);
      }
      String secret = secret();
      JsonObject item = item(algorithm, secret);
      here.imported(item.put("hash", item.getString("hash").toUpperCase(Locale.ROOT)));
      assertThat(here.verified(secret)).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
      "sha256, ''",
      "sha256, a-secret-in-the-wrong-place",
      "sha256, 00112233445566778899aabbccddeeff00112233445566778899aabbccddeefg",
      "sha256, 0x112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
      "sha256, ' 0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'",
      "sha512, 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
      // The last digit has bits to spare, which no encoder sets.
      "sha256, 47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFV",
      // Two alphabets in one text.
      "sha256, 47DEQpj8HBSa+_TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
      "sha256, 47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU==",
      "sha256, 47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuF=",
      "sha256, 47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSu=U",
    })
    void of_any_other_spelling_is_refused_and_not_repeated(String algorithm, String hash) {
      JsonObject answer = here.imported(item(algorithm, secret()).put("hash", hash));
      assertRefused(answer, 0, "form_param_format_invalid", "hash");
      String said = result(answer, 0).getJsonObject("error").getString("long_message");
      assertThat(said).contains(hash.length() + " characters");
      assertThat(hash.isEmpty() || !said.contains(hash)).isTrue();
    }

    @Test
    void that_is_known_already_or_named_twice_is_refused() {
      String secret = secret();
      JsonObject first = item("sha256", secret);
      JsonObject twice = item("sha256", secret).put("name", "the same secret");
      JsonObject answer = here.imported(first, twice, item("sha256", secret()));
      assertThat(answer.getInteger("created_count")).isEqualTo(2);
      assertRefused(answer, 1, "form_already_exists", "hash");
      assertRefused(here.imported(twice), 0, "form_already_exists", "hash");
    }

    @Test
    void of_a_secret_of_our_own_makes_another_key_that_its_tag_keeps_from_being_asked_for() {
      JsonObject own = here.management.create("of our own");
      String secret = own.getString("secret");
      assertThat(here.imported(item("sha256", secret)).getInteger("created_count")).isEqualTo(1);
      JsonObject verified = here.management.verify(secret).json();
      assertThat(verified.getString("id")).isEqualTo(own.getString("id"));
    }

    @Test
    void that_is_the_address_of_a_record_touches_no_record() {
      JsonObject key = here.management.create("that names records");
      for (RecordName name :
          List.of(RecordName.INSTANCE, RecordName.subject(new Subject(key.getString("subject"))))) {
        String hash = HexFormat.of().formatHex(name.address().toBytes());
        String records = here.count("record");
        JsonObject item = item("sha256", secret()).put("subject", key.getString("subject"));
        JsonObject answer = here.imported(item.put("hash", hash).put("name", "at " + name.text()));
        assertThat(answer.getInteger("created_count")).isEqualTo(1);
        assertThat(here.count("record")).isEqualTo(records);
      }
      assertThat(here.verified(key.getString("secret"))).isEqualTo(200);
      here.management.post(
          "/api_keys/revoke_subject", new JsonObject().put("subject", key.getString("subject")));
      assertThat(here.verified(key.getString("secret"))).isEqualTo(404);
    }
  }
}
