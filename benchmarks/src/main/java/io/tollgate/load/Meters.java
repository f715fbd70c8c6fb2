package io.tollgate.load;

/** What is read before and after a slot's window: CPU time of all who take part. */
final class Meters {
  private final ProcessUsage peer;
  private final ProcessUsage upstream;
  private final ProcessUsage load = new ProcessUsage(ProcessHandle.current().pid());

  /** One reading, or the difference of two. */
  record Reading(long peerMicros, long upstreamMicros, long loadMicros, long residentBytes) {
    Reading since(Reading earlier) {
      return new Reading(
          peerMicros - earlier.peerMicros,
          upstreamMicros - earlier.upstreamMicros,
          loadMicros - earlier.loadMicros,
          residentBytes);
    }
  }

  Meters(long peerPid, long upstreamPid) {
    peer = new ProcessUsage(peerPid);
    upstream = new ProcessUsage(upstreamPid);
  }

  Reading read() {
    return new Reading(
        peer.cpuMicros(), upstream.cpuMicros(), load.cpuMicros(), peer.residentBytes());
  }
}
