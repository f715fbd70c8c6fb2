package io.tollgate.management.wire;

import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The texts of a request's body: in UTF-8, and such as Postgres can hold. */
final class BodyText {
  private BodyText() {}

  static String decode(Buffer body) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(body.getBytes()))
          .toString();
    } catch (CharacterCodingException e) {
      throw invalid("The body must be UTF-8.");
    }
  }

  static String checked(String text) {
    String flaw = StorableText.flaw(text);
    if (flaw != null) {
      throw invalid("The body holds " + flaw + ", which can't be kept.");
    }
    return text;
  }

  static ApiError invalid(String detail) {
    return new ApiError(400, "request_body_invalid", "Request body invalid", detail);
  }
}
