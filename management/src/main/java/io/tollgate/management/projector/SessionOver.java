package io.tollgate.management.projector;

/** Somebody else wrote to Redis: what comes next is another session's, under another mark. */
public final class SessionOver extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SessionOver(String sentence) {
    super(sentence, null, false, false);
  }
}
