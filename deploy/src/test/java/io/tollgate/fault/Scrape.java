package io.tollgate.fault;

/** What a process says of itself on {@code /metrics}. Immutable. */
record Scrape(String text) {
  /** Returns the sum of all samples whose line begins like that, 0 where there is none. */
  double sum(String beginning) {
    return text.lines()
        .filter(line -> line.startsWith(beginning))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
