package io.tollgate.load;

import java.io.Serial;

/** A peer has answered otherwise than it must, so that no figure of it counts. */
final class WrongAnswer extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  WrongAnswer(Peer peer, String what) {
    super(peer.name() + " answered wrongly: " + what);
  }
}
