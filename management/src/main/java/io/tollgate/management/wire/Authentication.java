package io.tollgate.management.wire;

import io.tollgate.key.Secret;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** The door: who knows the instance's secret key may do everything, anybody else nothing. */
final class Authentication implements Handler<RoutingContext> {
  private static final String SCHEME = "Bearer ";

  private final Secret secretKey;

  Authentication(Secret secretKey) {
    this.secretKey = secretKey;
  }

  @Override
  public void handle(RoutingContext exchange) {
    List<String> credentials = exchange.request().headers().getAll(HttpHeaders.AUTHORIZATION);
    if (credentials.isEmpty()) {
      throw refusal("authentication_invalid", "The request names no secret key; " + expected());
    }
    String credential = credentials.get(0);
    if (credentials.size() > 1 || !credential.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw refusal(
          "authorization_header_format_invalid", "The header is not of that form; " + expected());
    }
    if (!secretKey.matches(credential.substring(SCHEME.length()).strip())) {
      throw refusal("clerk_key_invalid", "The secret key is not this instance's.");
    }
    exchange.next();
  }

  private static String expected() {
    return "expected was one header Authorization: Bearer <secret key>.";
  }

  private static ApiError refusal(String code, String detail) {
    return new ApiError(401, code, "Invalid authentication", detail);
  }
}
