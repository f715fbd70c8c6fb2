package io.tollgate.edge;

import io.tollgate.wire.HeadBuffer;
import java.util.SplittableRandom;

/**
 * Names requests, 128 random bits each, so that one can be found again in every log it passed.
 *
 * <p>Confined to the event loop that owns it. An id is no secret, so the generator is a fast one.
 */
final class RequestIds {
  private final SplittableRandom random;

  RequestIds(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Gives the request a new id. */
  void name(EdgeRequest request) {
    request.setId(random.nextLong(), random.nextLong());
  }

  /** Writes the field that tells the id. */
  static void write(EdgeRequest request, HeadBuffer out) {
    out.put("tollgate-request-id: req_").hex(request.idHigh()).hex(request.idLow()).endLine();
  }
}
