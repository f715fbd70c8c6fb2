package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.principal.PrincipalKeys;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's verifier of principals, compiled as it stands there. */
class ReadmeVerifierTest {
  private static final PrincipalKeys KEYS = keys("a pepper of this deployment alone");
  private static final PrincipalKeys OTHERS = keys("a pepper of some other deployment");

  @TempDir static Path home;
  private static URLClassLoader loader;
  private static Method verified;

  private static PrincipalKeys keys(String pepper) {
    return new PrincipalKeys(new Pepper(List.of(new Secret(pepper))));
  }

  @BeforeAll
  static void compile() throws Exception {
    String block = ReadmeJava.block("Ed25519");
    String source =
        ReadmeJava.imports(block)
            + "\npublic class Verifier {\n"
            + ReadmeJava.withoutImports(block).replaceFirst("static JsonNode", "public $0")
            + "}\n";
    ReadmeJava.compile(source, "Verifier", home);
    loader = new URLClassLoader(new URL[] {home.toUri().toURL()});
    verified =
        loader
            .loadClass("Verifier")
            .getMethod("verified", String.class, String.class, String.class);
  }

  @AfterAll
  static void close() throws Exception {
    loader.close();
  }

  private static JsonNode verify(PrincipalKeys signer, long end, String audience) throws Exception {
    long now = System.currentTimeMillis();
    var claims =
        new JsonObject().put("aud", "orders").put("sub", "user_1").put("exp", now / 1000 + end);
    try {
      return (JsonNode)
          verified.invoke(null, signer.sign(claims, now), KEYS.toJwks(now).encode(), audience);
    } catch (InvocationTargetException refused) {
      throw (Exception) refused.getCause();
    }
  }

  @Test
  void takes_what_was_signed_here_for_this_audience() throws Exception {
    assertThat(verify(KEYS, 60, "orders").get("sub").asText()).isEqualTo("user_1");
  }

  @Test
  void refuses_all_else() {
    assertThatThrownBy(() -> verify(OTHERS, 60, "orders"))
        .as("another's")
        .isInstanceOf(SecurityException.class);
    assertThatThrownBy(() -> verify(KEYS, 60, "reports"))
        .as("for others")
        .isInstanceOf(SecurityException.class);
    assertThatThrownBy(() -> verify(KEYS, -1, "orders"))
        .as("too old")
        .isInstanceOf(SecurityException.class);
  }
}
