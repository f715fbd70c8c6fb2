package io.tollgate.management.key;

import io.tollgate.access.AddressRanges;
import io.tollgate.access.IpAddress;
import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.ForeignForm;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.Secret;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.ring.Denial;
import io.tollgate.ring.Grant;
import io.tollgate.ring.Verdict;
import io.tollgate.ring.Verifier;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.RecordName;
import io.tollgate.store.StoredRecord;
import io.tollgate.store.SubjectRecord;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Walks one verification step by step and says which one decided, and how long each took: for an
 * owner who asks why a key does not work. By what Postgres says now, and by what a verifier says.
 *
 * <p>Safe for all virtual threads.
 */
final class KeyExplanation {
  private static final Set<String> MEMBERS = Set.of("secret", "ip_address", "scopes");
  private static final int NANOS_PER_MICRO = 1_000;

  private final Transactions transactions;
  private final KeyRegistry keys;
  private final KeyFormat format;
  private final Verifier verifier;

  KeyExplanation(Transactions transactions, KeyRegistry keys, KeyFormat format, Verifier verifier) {
    this.transactions = transactions;
    this.keys = keys;
    this.format = format;
    this.verifier = verifier;
  }

  /** What is asked. */
  private record Question(Secret secret, @Nullable IpAddress address, List<String> scopes) {
    static Question parse(RequestBody body) {
      body.allowOnly(MEMBERS);
      return new Question(
          new Secret(body.text("secret")),
          VerifyEndpoint.address(body.textOrNull("ip_address")),
          KeyMembers.scopes(body.texts("scopes")));
    }
  }

  /** The steps so far; once one has failed, those after it are skipped. */
  private static final class Walk {
    private final JsonArray steps = new JsonArray();
    private @Nullable String decidedBy;

    /** Takes a step, which tells why it failed, or null. */
    void step(String name, Supplier<@Nullable String> work) {
      var step = new JsonObject().put("step", name);
      steps.add(step);
      if (decidedBy != null) {
        step.put("outcome", "skipped");
        return;
      }
      long since = System.nanoTime();
      String failure = work.get();
      step.put("outcome", failure == null ? "passed" : "failed");
      step.put("detail", failure);
      step.put("microseconds", (System.nanoTime() - since) / NANOS_PER_MICRO);
      if (failure != null) {
        decidedBy = name;
      }
    }

    JsonObject toJson() {
      return new JsonObject()
          .put("object", "api_key_explanation")
          .put("valid", decidedBy == null)
          .put("decided_by", decidedBy)
          .put("steps", steps);
    }
  }

  /** Explains what would become of a request with this secret. */
  JsonObject of(RequestBody body) {
    Question asked = Question.parse(body);
    var walk = new Walk();
    walk.step("format", () -> judgeFormat(asked.secret));
    // Found once, for all steps that look at it.
    Optional<ApiKey> found = walk.decidedBy == null ? keys.find(asked.secret) : Optional.empty();
    walk.step("secret", () -> found.isEmpty() ? "no key has this secret, or it has ended" : null);
    found.ifPresent(key -> judge(walk, key, asked));
    return walk.toJson();
  }

  private @Nullable String judgeFormat(Secret secret) {
    if (format.isGenuine(secret)) {
      return null;
    }
    boolean takesForeign =
        record(RecordName.INSTANCE) instanceof InstanceRecord instance && instance.takesForeign();
    return takesForeign && ForeignForm.fits(secret)
        ? null
        : "this is no secret that was issued here, or could have been imported";
  }

  private void judge(Walk walk, ApiKey key, Question asked) {
    walk.step("revoked", () -> key.revoked() ? "the key is revoked" : null);
    walk.step("enabled", () -> key.enabled() ? null : "the key is switched off");
    walk.step("expiration", () -> key.expired() ? "the key's time is up" : null);
    walk.step("instance", this::judgeInstance);
    walk.step("subject", () -> judgeSubject(key));
    walk.step("ip_address", () -> judgeAddress(key, asked.address));
    Verdict verdict = walk.decidedBy == null ? verdict(walk, asked.secret) : Denial.KEY_INVALID;
    walk.step("scopes", () -> judgeScopes(verdict, asked.scopes));
  }

  private @Nullable String judgeInstance() {
    return record(RecordName.INSTANCE) instanceof InstanceRecord instance && !instance.keysEnabled()
        ? "API keys are switched off for all"
        : null;
  }

  private @Nullable String judgeSubject(ApiKey key) {
    if (!(record(RecordName.subject(new Subject(key.subject()))) instanceof SubjectRecord known)) {
      return null;
    }
    if (!known.enabled()) {
      return "keys of this subject are switched off";
    }
    return key.since() < known.revokedBefore()
        ? "all keys that this subject had were revoked"
        : null;
  }

  private @Nullable StoredRecord record(RecordName name) {
    return transactions.find(name).orElse(null);
  }

  private static @Nullable String judgeAddress(ApiKey key, @Nullable IpAddress address) {
    if (key.addresses().isEmpty()) {
      return null;
    }
    if (address == null) {
      return "the key may be used from certain addresses only, and none was named";
    }
    return AddressRanges.of(key.addresses()).contains(address)
        ? null
        : "the key may not be used from this address";
  }

  /** What a verifier says, which is to be the same as what Postgres did. */
  private Verdict verdict(Walk walk, Secret secret) {
    KeyDigest digest = KeyDigest.of(secret);
    @Nullable Verdict known = verifier.known(digest);
    Verdict verdict = known == null ? verifier.lookUp(digest, secret).await() : known;
    walk.step(
        known == null ? "look_up" : "ring",
        () -> verdict instanceof Grant ? null : "the verifier says: " + verdict);
    return verdict;
  }

  private static @Nullable String judgeScopes(Verdict verdict, List<String> wanted) {
    if (verdict instanceof Grant grant && !grant.scopes().covers(Scopes.of(wanted))) {
      return "of the scopes asked for the key holds: "
          + wanted.stream().filter(grant.scopes()::contains).toList();
    }
    return null;
  }
}
