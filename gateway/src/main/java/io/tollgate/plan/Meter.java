package io.tollgate.plan;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Which of a request's fates makes it count. All are counted; a price or a quota names one. */
public enum Meter {
  /** The key was identified, whatever became of the request then. */
  VERIFIED,
  /** The request was sent to the upstream. */
  FORWARDED,
  /** The upstream answered it with a status below 500. */
  COMPLETED;

  private final String text = name().toLowerCase(Locale.ROOT);

  /** Returns the word as it stands in requests, records and tables. */
  public String text() {
    return text;
  }

  public static Optional<Meter> of(String text) {
    return Arrays.stream(values()).filter(meter -> meter.text.equals(text)).findFirst();
  }
}
