package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.principal.PrincipalKeys;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's verifier of principals, compiled as it stands there. */
class ReadmeVerifierTest {
  private static final PrincipalKeys KEYS = keys("a pepper of this deployment alone");
  private static final PrincipalKeys OTHERS = keys("a pepper of some other deployment");

  private static final String REFUSAL = "no principal of Tollgate's";

  @TempDir static Path home;
  private static URLClassLoader loader;
  private static Method verified;
  private static Method jwks;

  private static PrincipalKeys keys(String pepper) {
    return new PrincipalKeys(new Pepper(List.of(new Secret(pepper))));
  }

  @BeforeAll
  static void compile() throws Exception {
    String block = ReadmeJava.block("Ed25519");
    String source =
        ReadmeJava.imports(block)
            + "\npublic class Verifier {\n"
            + ReadmeJava.withoutImports(block).replaceAll("(?m)^static ", "public $0")
            + "}\n";
    ReadmeJava.compile(source, "Verifier", home);
    loader = new URLClassLoader(new URL[] {home.toUri().toURL()});
    Class<?> verifier = loader.loadClass("Verifier");
    verified = verifier.getMethod("verified", String.class, String.class, String.class);
    jwks = verifier.getMethod("jwks", String.class);
  }

  @AfterAll
  static void close() throws Exception {
    loader.close();
  }

  private static Object call(Method method, @Nullable Object... arguments) throws Exception {
    try {
      return method.invoke(null, arguments);
    } catch (InvocationTargetException refused) {
      throw (Exception) refused.getCause();
    }
  }

  /** Signs what ends so many seconds from now. */
  private static String signed(PrincipalKeys signer, long end) {
    long now = System.currentTimeMillis();
    var claims =
        new JsonObject().put("aud", "orders").put("sub", "user_1").put("exp", now / 1000 + end);
    return signer.sign(claims, now);
  }

  private static JsonNode verify(@Nullable String principal, String audience) throws Exception {
    String known = KEYS.toJwks(System.currentTimeMillis()).encode();
    return (JsonNode) call(verified, principal, known, audience);
  }

  private static void assertRefused(String what, @Nullable String principal) {
    assertThatThrownBy(() -> verify(principal, "orders"))
        .as(what)
        .isInstanceOf(SecurityException.class)
        .hasMessage(REFUSAL);
  }

  /** Returns a good principal with another part in the place of the one with that number. */
  private static String with(int number, String other) {
    String[] part = signed(KEYS, 60).split("\\.", -1);
    part[number] = other;
    return String.join(".", part);
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the header of a good principal with another value in the place of one. */
  private static String header(String name, @Nullable String value) {
    String own = signed(KEYS, 60).split("\\.", -1)[0];
    return base64(
        new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(own)))
            .put(name, value)
            .encode());
  }

  @Test
  void takes_what_was_signed_here_for_this_audience() throws Exception {
    assertThat(verify(signed(KEYS, 60), "orders").get("sub").asText()).isEqualTo("user_1");
  }

  @Test
  void takes_what_ended_just_now_since_clocks_differ() throws Exception {
    assertThat(verify(signed(KEYS, -1), "orders").get("sub").asText()).isEqualTo("user_1");
  }

  @Test
  void refuses_what_others_have_signed_or_for_others_or_long_ago() {
    assertRefused("another's", signed(OTHERS, 60));
    assertRefused("too old", signed(KEYS, -10));
    assertThatThrownBy(() -> verify(signed(KEYS, 60), "reports"))
        .as("for others")
        .isInstanceOf(SecurityException.class)
        .hasMessage(REFUSAL);
  }

  @Test
  void refuses_in_the_same_words_what_is_no_principal_at_all() {
    String good = signed(KEYS, 60);
    assertRefused("missing", null);
    assertRefused("empty", "");
    assertRefused("two parts", good.substring(0, good.lastIndexOf('.')));
    assertRefused("four parts", good + ".");
    assertRefused("only dots", "..");
    assertRefused("no base64 in the header", with(0, "*"));
    assertRefused("no base64 in the claims", with(1, "*"));
    assertRefused("no base64 in the signature", with(2, "*"));
    assertRefused("no JSON in the header", with(0, base64("{")));
    assertRefused("a header that is no object", with(0, base64("[]")));
    assertRefused("a signature that is too short", with(2, base64("short")));
    assertRefused("other claims", with(1, base64("{\"aud\":\"orders\",\"exp\":9999999999}")));
  }

  @Test
  void refuses_another_way_to_sign_and_a_key_that_is_not_known() {
    assertRefused("unsigned", with(0, header("alg", "none")).replaceFirst("[^.]+$", ""));
    assertRefused("by another algorithm", with(0, header("alg", "HS256")));
    assertRefused("an unknown kid", with(0, header("kid", "unknown")));
    assertRefused("no kid", with(0, header("kid", null)));
  }

  @Test
  void reads_the_keys_where_they_are_and_says_where_they_are_not() throws Exception {
    byte[] known =
        KEYS.toJwks(System.currentTimeMillis()).encode().getBytes(StandardCharsets.UTF_8);
    var internal = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    internal.createContext("/").setHandler(exchange -> exchange.sendResponseHeaders(404, -1));
    internal
        .createContext("/.well-known/jwks.json")
        .setHandler(
            exchange -> {
              exchange.sendResponseHeaders(200, known.length);
              exchange.getResponseBody().write(known);
              exchange.close();
            });
    internal.start();
    try {
      String there = "http://127.0.0.1:" + internal.getAddress().getPort();
      String read = (String) call(jwks, there);
      assertThat(call(verified, signed(KEYS, 60), read, "orders")).isNotNull();
      assertThatThrownBy(() -> call(jwks, there + "/elsewhere"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("404");
    } finally {
      internal.stop(0);
    }
  }
}
