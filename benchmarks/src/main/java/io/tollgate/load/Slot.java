package io.tollgate.load;

import java.time.Duration;

/**
 * One stretch of load on one peer.
 *
 * @param ramp how long requests are sent before those that count
 * @param rate requests a second, sent when their time has come whatever is still unanswered; 0
 *     sends the next request of a connection when its last is answered
 */
record Slot(Peer peer, int connections, Duration ramp, Duration length, double rate) {
  boolean isOpenLoop() {
    return rate > 0;
  }
}
