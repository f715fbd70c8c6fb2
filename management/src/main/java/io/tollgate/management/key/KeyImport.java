package io.tollgate.management.key;

import io.tollgate.key.ForeignHash;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.store.RecordName;
import io.tollgate.store.StoreUnreachable;
import io.tollgate.store.SubjectRecord;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One import: its keys are judged in the order given, and those that may be are stored, some in
 * each transaction, so that nobody who revokes a key waits long behind it. What one of them lacks
 * stops no other.
 *
 * <p>Where it breaks off, what was stored stays, and the call may be repeated: hashes that are here
 * already are refused as such. Confined to one virtual thread.
 */
final class KeyImport {
  /** How many are stored in one transaction. */
  static final int AT_ONCE = 200;

  /** Early enough before the connection counts as idle for the last part and the proof. */
  private static final Duration DEADLINE = Duration.ofSeconds(45);

  private static final int TRIES = 3;

  /** A unique value is taken, two wait for each other. */
  private static final Set<String> AGAIN = Set.of(KeyRegistry.UNIQUE_VIOLATION, "40P01");

  private static final Logger LOG = LoggerFactory.getLogger(KeyImport.class);

  static final String TAKEN_HASHES =
      "SELECT digest AS address FROM tollgate.api_key_secret WHERE digest = ANY($1)";

  /** Each is found by an index: OFFSET 0 keeps the planner from joining them with all keys. */
  static final String TAKEN_NAMES =
      """
      SELECT wanted.subject, wanted.name FROM unnest($1::text[], $2::text[]) wanted (subject, name)
      WHERE EXISTS (
        SELECT FROM tollgate.api_key k
        WHERE k.subject = wanted.subject AND k.name = wanted.name AND k.revoked_at IS NULL OFFSET 0)
      """;

  private static final Set<String> MEMBERS = members();

  /**
   * What became of one key.
   *
   * @param id of the key that was created
   * @param error why it was refused
   */
  record Outcome(@Nullable String id, @Nullable ApiError error) {
    private static final Outcome VALID = new Outcome(null, null);

    String status() {
      if (error != null) {
        return "refused";
      }
      return id == null ? "valid" : "created";
    }
  }

  private record Item(int index, NewKey key, SecretHash hash) {
    Name name() {
      return new Name(key.subject(), key.name());
    }
  }

  /** A name is taken per subject. */
  private record Name(String subject, String name) {}

  private final Transactions transactions;
  private final RevocationBarrier barrier;
  private final RandomGenerator random;
  private final Origin origin;
  private final boolean dryRun;
  private final @Nullable Outcome[] outcomes;
  private final Set<KeyDigest> hashes = new HashSet<>();
  private final Set<Name> names = new HashSet<>();
  private final long startNanos = System.nanoTime();
  private boolean stored;

  /** The last change, which gateways have to hear of. */
  private Change.@Nullable Recorded last;

  private boolean isHeldEverywhere = true;

  KeyImport(
      Transactions transactions,
      RevocationBarrier barrier,
      RandomGenerator random,
      Origin origin,
      boolean dryRun,
      int count) {
    this.transactions = transactions;
    this.barrier = barrier;
    this.random = random;
    this.origin = origin;
    this.dryRun = dryRun;
    outcomes = new Outcome[count];
  }

  private static Set<String> members() {
    Set<String> members = new HashSet<>(NewKey.MEMBERS);
    members.add(SecretHash.HASH);
    members.add(SecretHash.ALGORITHM);
    return Set.copyOf(members);
  }

  /**
   * Takes the keys.
   *
   * @throws StoreUnreachable if nothing was stored, because Postgres did not answer
   */
  void take(List<RequestBody> wanted) {
    List<Item> items = parse(wanted);
    for (int start = 0; start < items.size(); start += AT_ONCE) {
      List<Item> rest = items.subList(start, items.size());
      if (System.nanoTime() - startNanos > DEADLINE.toNanos()) {
        refuse(rest, interrupted());
        break;
      }
      List<Item> part = rest.subList(0, Math.min(AT_ONCE, rest.size()));
      if (!tookPart(part)) {
        refuse(rest.subList(part.size(), rest.size()), interrupted());
        break;
      }
    }
    if (last != null) {
      // For whoever uses one of the keys at once, and a gateway may know that nothing was imported,
      // or that a key of this hash was revoked.
      isHeldEverywhere = barrier.passes(last.epoch(), last.number());
    }
  }

  /** Returns whether it is proven that every gateway accepts what was imported. */
  boolean isHeldEverywhere() {
    return isHeldEverywhere;
  }

  /** Returns what became of each, in the order given. */
  List<Outcome> outcomes() {
    List<Outcome> all = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      all.add(outcome == null ? Outcome.VALID : outcome);
    }
    return all;
  }

  private List<Item> parse(List<RequestBody> wanted) {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      RequestBody body = wanted.get(i);
      try {
        body.allowOnly(MEMBERS);
        items.add(new Item(i, NewKey.parseMembers(body), SecretHash.parse(body)));
      } catch (ApiError refusal) {
        outcomes[i] = new Outcome(null, refusal);
      }
    }
    return items;
  }

  private void refuse(Collection<Item> items, ApiError why) {
    items.forEach(item -> outcomes[item.index] = new Outcome(null, why));
  }

  /** Returns whether to go on; what is stored already must be told, so that it does not throw. */
  private boolean tookPart(List<Item> part) {
    try {
      List<Item> taken = tryPart(part);
      taken.forEach(
          item -> {
            hashes.add(item.hash.address());
            names.add(item.name());
          });
      return true;
    } catch (StoreUnreachable | PgException failure) {
      if (!stored) {
        throw failure;
      }
      LOG.warn("an import broke off: {}", failure.getMessage());
      refuse(part, interrupted());
    } catch (ApiError unconfirmed) {
      if (!stored) {
        throw unconfirmed;
      }
      refuse(part, unconfirmed);
    }
    return false;
  }

  private static ApiError interrupted() {
    return ApiError.unavailable(
        "import_interrupted",
        "Import interrupted",
        "The import broke off before this key, of which nothing was stored. Repeat the call:"
            + " repeating is safe.",
        1);
  }

  /**
   * Somebody else may be faster with a name or a hash, or wait for one of ours while we wait for
   * one of his: then it is judged anew.
   */
  private List<Item> tryPart(List<Item> part) {
    for (int tries = 0; tries < TRIES; tries++) {
      try {
        if (dryRun) {
          return judge(part, (sql, parameters) -> transactions.read(sql, parameters));
        }
        List<Item> taken = transactions.change(change -> store(change, part));
        stored |= !taken.isEmpty();
        return taken;
      } catch (PgException e) {
        if (!AGAIN.contains(e.getSqlState())) {
          throw e;
        }
      }
    }
    throw new StoreUnreachable("others create keys of the same names or hashes all the time");
  }

  /** Returns those that may be, and notes of the others why not. */
  private List<Item> judge(List<Item> part, BiFunction<String, Tuple, RowSet<Row>> postgres) {
    Set<KeyDigest> takenHashes = new HashSet<>(hashes);
    Set<Name> takenNames = new HashSet<>(names);
    Buffer[] addresses =
        part.stream()
            .map(item -> Buffer.buffer(item.hash.address().toBytes()))
            .toArray(Buffer[]::new);
    for (Row row : postgres.apply(TAKEN_HASHES, Tuple.tuple().addArrayOfBuffer(addresses))) {
      takenHashes.add(KeyDigest.fromBytes(row.getBuffer("address").getBytes()));
    }
    String[] subjects = part.stream().map(item -> item.key.subject()).toArray(String[]::new);
    String[] wanted = part.stream().map(item -> item.key.name()).toArray(String[]::new);
    for (Row row :
        postgres.apply(
            TAKEN_NAMES, Tuple.tuple().addArrayOfString(subjects).addArrayOfString(wanted))) {
      takenNames.add(new Name(row.getString("subject"), row.getString("name")));
    }
    Set<String> inactive = KeyRegistry.inactive(postgres, new HashSet<>(List.of(subjects)));
    List<Item> valid = new ArrayList<>();
    for (Item item : part) {
      outcomes[item.index] = null;
      if (inactive.contains(item.key.subject())) {
        refuse(List.of(item), KeyRegistry.subjectInactive(item.key.subject()));
      } else if (takenHashes.contains(item.hash.address())) {
        refuse(List.of(item), hashTaken());
      } else if (takenNames.contains(item.name())) {
        refuse(List.of(item), KeyRegistry.nameTaken(item.key.name()));
      } else {
        takenHashes.add(item.hash.address());
        takenNames.add(item.name());
        valid.add(item);
      }
    }
    return valid;
  }

  private static ApiError hashTaken() {
    return ApiError.parameter(
        "form_already_exists",
        "already exists",
        SecretHash.HASH,
        SecretHash.HASH + " is known already: of a key that is here, or of one before this one.");
  }

  private List<Item> store(Change change, List<Item> part) {
    List<Item> valid = judge(part, change::execute);
    if (valid.isEmpty()) {
      return valid;
    }
    List<AuditEntry> lines = new ArrayList<>();
    Set<RecordName> named = new HashSet<>();
    for (ApiKey key : insert(change, valid)) {
      change.touch(key.id());
      named.addAll(KeyRegistry.named(key));
      lines.add(KeyRegistry.created("api_key.import", key, origin));
    }
    @Nullable AuditEntry taking = ForeignHashes.take(change, kinds(valid), origin);
    if (taking != null) {
      lines.addFirst(taking);
    }
    change.putIfAbsent(named, SubjectRecord.DEFAULTS);
    last = change.record(lines);
    return valid;
  }

  private List<ApiKey> insert(Change change, List<Item> valid) {
    // In one order for all, so that imports seldom wait for each other.
    List<Item> sorted =
        valid.stream()
            .sorted(
                Comparator.comparing((Item item) -> item.key.subject())
                    .thenComparing(item -> item.key.name()))
            .toList();
    List<Tuple> rows = new ArrayList<>();
    for (Item item : sorted) {
      KeyId id = KeyId.random(random);
      rows.add(KeyRegistry.row(item.key, id, item.hash.toSecret()));
      outcomes[item.index] = new Outcome(id.toString(), null);
    }
    return change.executeAll(KeyRegistry.INSERT, rows).stream()
        .map(inserted -> ApiKey.from(inserted.iterator().next()))
        .toList();
  }

  private static Set<ForeignHash> kinds(List<Item> items) {
    Set<ForeignHash> kinds = EnumSet.noneOf(ForeignHash.class);
    items.forEach(item -> kinds.add(item.hash.kind()));
    return kinds;
  }
}
