package io.tollgate.principal;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Principals are signed by keys that every gateway of a deployment makes for itself. */
class PrincipalKeysTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final long DAY = PrincipalKeys.PERIOD.toMillis();
  private static final Secret PEPPER = new Secret("a pepper of a deployment, long enough");
  private static final Secret OTHER = new Secret("another pepper of it, long enough too");
  private static final JsonObject CLAIMS = new JsonObject().put("sub", "user_ü");

  private static PrincipalKeys keys(Secret... peppers) {
    return new PrincipalKeys(new Pepper(List.of(peppers)));
  }

  private static Stream<JsonObject> published(PrincipalKeys keys, long millis) {
    JsonArray found = keys.toJwks(millis).getJsonArray("keys");
    return found.stream().map(JsonObject.class::cast);
  }

  private static byte[] bytes(String base64) {
    return Base64.getUrlDecoder().decode(base64);
  }

  /** Verifies as one would who knows nothing but the RFCs. */
  private static boolean isSignedBy(JsonObject jwk, String token) throws Exception {
    String[] parts = token.split("\\.", -1);
    byte[] spki =
        HexFormat.of()
            .parseHex(
                "302a300506032b6570032100" + HexFormat.of().formatHex(bytes(jwk.getString("x"))));
    Signature signature = Signature.getInstance("Ed25519");
    signature.initVerify(
        KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki)));
    signature.update((parts[0] + '.' + parts[1]).getBytes(StandardCharsets.US_ASCII));
    return signature.verify(bytes(parts[2]));
  }

  private static String kid(String token) {
    byte[] head = bytes(token.substring(0, token.indexOf('.')));
    return new JsonObject(new String(head, StandardCharsets.UTF_8)).getString("kid");
  }

  private static JsonObject named(PrincipalKeys keys, long millis, String kid) {
    return published(keys, millis)
        .filter(key -> key.getString("kid").equals(kid))
        .findFirst()
        .orElseThrow();
  }

  /** RFC 8032, 7.1, the first test, and RFC 8037, A.3, whose key it is too. */
  @Test
  void a_seed_makes_the_key_that_the_rfc_says() {
    byte[] seed =
        HexFormat.of().parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    JsonObject jwk = SigningKey.of(seed).toJwk();
    assertThat(jwk.getString("x")).isEqualTo("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    assertThat(jwk.getString("kid")).isEqualTo("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  }

  @Test
  void what_one_gateway_signs_is_verified_by_what_another_publishes() throws Exception {
    String token = keys(PEPPER).sign(CLAIMS, NOW);
    JsonObject jwk = named(keys(PEPPER), NOW, kid(token));
    assertThat(isSignedBy(jwk, token)).isTrue();
    assertThat(
            isSignedBy(
                jwk,
                keys(PEPPER)
                    .sign(new JsonObject(), NOW)
                    .replaceFirst("\\..*\\.", '.' + token.split("\\.", -1)[1] + '.')))
        .as("another's signature")
        .isFalse();
    byte[] body = bytes(token.split("\\.", -1)[1]);
    assertThat(new JsonObject(new String(body, StandardCharsets.UTF_8))).isEqualTo(CLAIMS);
  }

  @Test
  void each_day_has_a_key_of_its_own_which_is_published_a_day_before_and_after() {
    PrincipalKeys keys = keys(PEPPER);
    String today = kid(keys.sign(CLAIMS, NOW));
    assertThat(kid(keys.sign(CLAIMS, NOW + DAY))).isNotEqualTo(today);
    for (long days = -1; days <= 1; days++) {
      assertThat(named(keys, NOW + days * DAY, today)).isNotNull();
    }
    assertThat(published(keys, NOW + 2 * DAY).map(key -> key.getString("kid")))
        .doesNotContain(today);
    assertThat(kid(keys.sign(CLAIMS, NOW))).as("after other days").isEqualTo(today);
  }

  @Test
  void the_newest_pepper_signs_and_those_of_all_are_published() throws Exception {
    String old = keys(PEPPER).sign(CLAIMS, NOW);
    PrincipalKeys both = keys(OTHER, PEPPER);
    String fresh = both.sign(CLAIMS, NOW);
    assertThat(kid(fresh)).isNotEqualTo(kid(old));
    assertThat(isSignedBy(named(both, NOW, kid(old)), old)).isTrue();
    assertThat(isSignedBy(named(both, NOW, kid(fresh)), fresh)).isTrue();
    assertThat(published(both, NOW)).hasSize(6);
  }

  @Test
  void nothing_secret_is_published() {
    assertThat(published(keys(PEPPER), NOW))
        .allSatisfy(
            key ->
                assertThat(key.fieldNames())
                    .containsExactlyInAnyOrder("kty", "crv", "x", "use", "alg", "kid"));
  }
}
