package io.tollgate.load;

import io.vertx.core.json.JsonObject;
import org.HdrHistogram.Histogram;

/** What a slot has found; all its answers were right. CPU is per answered request. */
record SlotResult(
    String peer,
    double rate,
    double requestsPerSecond,
    double cpuMicros,
    double upstreamCpuMicros,
    double loadCpuMicros,
    double p50Micros,
    double p99Micros,
    double p999Micros,
    double maxMicros,
    double residentMegabytes,
    double othersCores) {

  static SlotResult of(
      Slot slot, double seconds, long answered, Meters.Reading used, Histogram latencies) {
    return new SlotResult(
        slot.peer().name(),
        slot.rate(),
        answered / seconds,
        (double) used.peerMicros() / answered,
        (double) used.upstreamMicros() / answered,
        (double) used.loadMicros() / answered,
        latencies.getValueAtPercentile(50) / 1e3,
        latencies.getValueAtPercentile(99) / 1e3,
        latencies.getValueAtPercentile(99.9) / 1e3,
        latencies.getMaxValue() / 1e3,
        used.residentBytes() / 1e6,
        used.othersMicros() / 1e6 / seconds);
  }

  JsonObject toJson() {
    return new JsonObject()
        .put("peer", peer)
        .put("rate", rate)
        .put("requests_per_second", requestsPerSecond)
        .put("cpu_us", cpuMicros)
        .put("upstream_cpu_us", upstreamCpuMicros)
        .put("load_cpu_us", loadCpuMicros)
        .put("p50_us", p50Micros)
        .put("p99_us", p99Micros)
        .put("p999_us", p999Micros)
        .put("max_us", maxMicros)
        .put("rss_mb", residentMegabytes)
        .put("others_cores", othersCores);
  }
}
