package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.id;

import io.tollgate.management.TestManagement;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A firm that makes directories, and what looks their tokens up. */
abstract class DirectoryCase {
  static final JsonObject OFF = new JsonObject().put("enabled", false);
  static final JsonObject ON = new JsonObject().put("enabled", true);

  static Firm firm;
  static DirectoryTokens tokens;

  @BeforeAll
  static void start() {
    firm = new Firm();
    tokens = new DirectoryTokens(firm.transactions, TestManagement.PEPPER, new SecureRandom());
  }

  @AfterAll
  static void stop() {
    firm.close();
  }

  static JsonObject directory() {
    return firm.directory(firm.connection(firm.organization()));
  }

  static Optional<DirectoryAccess> opened(JsonObject directory, String token) {
    return tokens.find(id(directory), token, "okta");
  }

  static String token(JsonObject answer) {
    return answer.getString("api_key");
  }
}
