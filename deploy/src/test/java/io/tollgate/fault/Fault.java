package io.tollgate.fault;

/** One way in which a deployment may break, and what its clients may notice of it. */
record Fault(String name, Expected expected, Play play) {
  /** Brings the fault about and takes it away again. */
  @FunctionalInterface
  interface Play {
    void on(Scene scene);
  }
}
