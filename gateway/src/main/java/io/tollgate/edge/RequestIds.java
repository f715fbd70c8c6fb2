package io.tollgate.edge;

import java.util.HexFormat;
import java.util.SplittableRandom;

/**
 * Names requests, 128 random bits each, so that one can be found again in every log it passed.
 *
 * <p>Confined to the event loop that owns it. An id is no secret, so the generator is a fast one.
 */
final class RequestIds {
  private static final HexFormat HEX = HexFormat.of();

  private final SplittableRandom random;

  RequestIds(long seed) {
    random = new SplittableRandom(seed);
  }

  String next() {
    return "req_" + HEX.toHexDigits(random.nextLong()) + HEX.toHexDigits(random.nextLong());
  }
}
