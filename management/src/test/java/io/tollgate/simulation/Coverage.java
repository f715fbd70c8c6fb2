package io.tollgate.simulation;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** Counts what has happened, of faults and of consequences. */
final class Coverage {
  private final Map<Covered, Long> covered = new EnumMap<>(Covered.class);
  private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);

  Coverage() {
    for (Covered each : Covered.values()) {
      covered.put(each, 0L);
    }
    for (Fault each : Fault.values()) {
      faults.put(each, 0L);
    }
  }

  void count(Covered what) {
    covered.merge(what, 1L, Long::sum);
  }

  void count(Covered what, long times) {
    covered.merge(what, times, Long::sum);
  }

  void count(Fault fault) {
    faults.merge(fault, 1L, Long::sum);
  }

  long of(Covered what) {
    return covered.getOrDefault(what, 0L);
  }

  long faults() {
    return faults.values().stream().mapToLong(Long::longValue).sum();
  }

  void add(Coverage other) {
    other.covered.forEach((what, times) -> covered.merge(what, times, Long::sum));
    other.faults.forEach((fault, times) -> faults.merge(fault, times, Long::sum));
  }

  /** Returns how often each thing has happened, by its name. */
  Map<String, Long> all() {
    Map<String, Long> all = new TreeMap<>();
    covered.forEach((what, times) -> all.put(what.name(), times));
    faults.forEach((fault, times) -> all.put("FAULT_" + fault.name(), times));
    return all;
  }
}
