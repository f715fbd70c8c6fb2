package io.tollgate.management.plan;

import io.tollgate.management.wire.ApiError;

/**
 * Refuses what is so already. An earlier call may have made it so and may never have been proven,
 * so this is told only when it holds everywhere.
 */
final class Settled extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ApiError refusal;

  Settled(int status, String code, String title, String detail) {
    // An expected outcome: a trace would say nothing and cost much.
    super(detail, null, false, false);
    refusal = new ApiError(status, code, title, detail);
  }

  ApiError refusal() {
    return refusal;
  }
}
