package io.tollgate.deploy;

import java.io.Serial;

/** Why the process can't start though its settings are right, in one sentence for the operator. */
final class StartFault extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  StartFault(String sentence) {
    super(sentence);
  }
}
