package io.tollgate.store;

/** A store gave no answer within its deadline, or was not asked because it gave none before. */
public final class StoreUnreachable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreUnreachable(String message) {
    // An outage fails thousands of look-ups a second: the trace would say nothing and cost much.
    super(message, null, false, false);
  }

  public StoreUnreachable(String message, Throwable cause) {
    super(message + ": " + cause.getMessage(), cause, false, false);
  }
}
