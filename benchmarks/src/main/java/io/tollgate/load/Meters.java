package io.tollgate.load;

/** What is read before and after a slot's window: CPU time of all who take part, and of others. */
final class Meters {
  private final ProcessUsage peer;
  private final ProcessUsage upstream;
  private final ProcessUsage load = new ProcessUsage(ProcessHandle.current().pid());

  /** One reading, or the difference of two; the machine's is that of all processes together. */
  record Reading(
      long peerMicros,
      long upstreamMicros,
      long loadMicros,
      long machineMicros,
      long residentBytes) {
    Reading since(Reading earlier) {
      return new Reading(
          peerMicros - earlier.peerMicros,
          upstreamMicros - earlier.upstreamMicros,
          loadMicros - earlier.loadMicros,
          machineMicros - earlier.machineMicros,
          residentBytes);
    }

    /** What neither peer nor upstream nor load has used: stores, idle peers, and neighbours. */
    long othersMicros() {
      return Math.max(0, machineMicros - peerMicros - upstreamMicros - loadMicros);
    }
  }

  Meters(long peerPid, long upstreamPid) {
    peer = new ProcessUsage(peerPid);
    upstream = new ProcessUsage(upstreamPid);
  }

  Reading read() {
    return new Reading(
        peer.cpuMicros(),
        upstream.cpuMicros(),
        load.cpuMicros(),
        ProcessUsage.machineCpuMicros(),
        peer.residentBytes());
  }
}
