package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Java and Postgres each make addresses of names: a record is found where it was put. */
class RecordNameTest {
  private static final KeyDigest DIGEST = KeyDigest.of(new Secret("sk_live_1"));

  private static TestPostgres postgres;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  static Stream<RecordName> names() {
    return Stream.of(
        RecordName.INSTANCE,
        RecordName.subject(new Subject("user_" + "0".repeat(27))),
        RecordName.role("org:admin"),
        RecordName.role("secret_key:not one"),
        RecordName.role("Prüferin 🙂"),
        RecordName.secretKey(DIGEST));
  }

  @ParameterizedTest
  @MethodSource("names")
  void java_and_postgres_agree_on_the_address_of_every_kind_of_name(RecordName name) {
    String there = postgres.query("SELECT encode(tollgate.address('" + name.text() + "'), 'hex')");
    assertThat(HexFormat.of().formatHex(name.address().toBytes())).isEqualTo(there);
  }

  @Test
  void a_secret_keys_record_stands_where_its_secret_leads() {
    assertThat(RecordName.secretKey(DIGEST).address()).isEqualTo(DIGEST);
  }

  @Test
  void a_secret_keys_name_is_not_told_by_accident() {
    assertThat(RecordName.secretKey(DIGEST)).hasToString("secret_key:");
    assertThat(RecordName.role("admin")).hasToString("role:admin");
  }

  @Test
  void a_name_that_holds_no_digest_has_no_address() {
    assertThatThrownBy(new RecordName("secret_key:00")::address)
        .isInstanceOf(IllegalArgumentException.class);
  }
}
