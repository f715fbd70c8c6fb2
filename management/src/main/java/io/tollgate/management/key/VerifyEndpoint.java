package io.tollgate.management.key;

import io.tollgate.access.IpAddress;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.ring.Denial;
import io.tollgate.ring.Grant;
import io.tollgate.ring.Verdict;
import io.tollgate.ring.Verifier;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api_keys/verify}: asked once for each request that a customer's backend serves, so
 * it is answered as the edge decides, by the ring of a verifier of this process, on the event loop.
 *
 * <p>What a ring does not hold of a key (its name, its claims) is kept as the answer's bytes beside
 * the grant that they were made for. Safe for all event loops.
 */
final class VerifyEndpoint {
  static final Endpoints.Operation OPERATION =
      new Endpoints.Operation(
          "api_keys.verify", HttpMethod.POST, "/api_keys/verify", Area.KEYS, false);

  private static final Set<String> MEMBERS = Set.of("secret", "ip_address");

  private final Verifier verifier;
  private final VerifyBodies bodies;
  private final VerificationMeter meter;

  VerifyEndpoint(Verifier verifier, VerifyBodies bodies, VerificationMeter meter) {
    this.verifier = verifier;
    this.bodies = bodies;
    this.meter = meter;
  }

  /**
   * Answers for a body.
   *
   * @return the key as JSON; failed with an {@link ApiError}, or with {@link StoreUnreachable}
   */
  Future<Buffer> answer(Buffer body) {
    RequestBody asked = RequestBody.parse(body);
    asked.allowOnly(MEMBERS);
    var secret = new Secret(asked.text("secret"));
    @Nullable IpAddress address = address(asked.textOrNull("ip_address"));
    KeyDigest digest = KeyDigest.of(secret);
    @Nullable Verdict known = verifier.known(digest);
    return known == null
        ? verifier.lookUp(digest, secret).compose(found -> judge(found, address))
        : judge(known, address);
  }

  static @Nullable IpAddress address(@Nullable String text) {
    if (text == null) {
      return null;
    }
    @Nullable IpAddress address = IpAddress.parse(text);
    if (address == null) {
      throw Texts.format("ip_address", text, "an IP address, or null");
    }
    return address;
  }

  private Future<Buffer> judge(Verdict verdict, @Nullable IpAddress address) {
    if (verdict instanceof Grant grant) {
      // Nobody can tell that a key is used from where it may be, if nobody says where that is.
      boolean isThere =
          grant.addresses().isEmpty() || (address != null && grant.addresses().contains(address));
      if (!isThere) {
        return Future.failedFuture(unverified());
      }
      return verified(grant);
    }
    boolean isUnknown =
        verdict == Denial.STORES_UNREACHABLE || verdict == Denial.LOOKUPS_OVERLOADED;
    return Future.failedFuture(
        isUnknown ? new StoreUnreachable("no store can tell of a key") : unverified());
  }

  private Future<Buffer> verified(Grant grant) {
    if (meter.isRefusing()) {
      return Future.failedFuture(new StoreUnreachable("a verification can't be counted"));
    }
    verifier.noteUse(grant);
    return bodies
        .of(grant)
        .map(
            body -> {
              meter.verified(grant);
              return body;
            });
  }

  /** Unknown, malformed, revoked and expired answer alike: clients read any 200 as valid. */
  private static ApiError unverified() {
    return ApiError.notFound("No valid API key has this secret.");
  }
}
