package io.tollgate.deploy;

import org.jspecify.annotations.Nullable;

/** What a failure says, cut to the one line that an operator can read. */
final class Sentence {
  private Sentence() {}

  static String of(@Nullable Throwable failure) {
    if (failure == null) {
      return "no reason was given";
    }
    String message = failure.getMessage();
    if (message == null || message.isBlank()) {
      return failure.getClass().getSimpleName();
    }
    return message.lines().filter(line -> !line.isBlank()).findFirst().orElse("").strip();
  }
}
