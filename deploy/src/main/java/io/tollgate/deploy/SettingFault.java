package io.tollgate.deploy;

import java.io.Serial;

/** What is wrong with the settings, in one sentence for the operator. */
final class SettingFault extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  SettingFault(String sentence) {
    super(sentence);
  }
}
