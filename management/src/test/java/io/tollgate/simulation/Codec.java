package io.tollgate.simulation;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.store.Applied;
import io.tollgate.store.AppliedDocument;
import io.tollgate.store.RecordDocument;
import io.tollgate.store.StoredRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The real forms of what stands in Redis; each text is opened once, since a seal costs time. */
final class Codec {
  private static final Pepper PEPPER = new Pepper(List.of(new Secret("simulated".repeat(4))));

  private final AppliedDocument applied;
  private final RecordDocument keys = new RecordDocument(PEPPER);
  private final Map<String, Optional<Applied>> appliedRead = new HashMap<>();
  private final Map<String, Optional<StoredRecord>> keysRead = new HashMap<>();

  Codec(RandomGenerator random) {
    applied = new AppliedDocument(PEPPER, random);
  }

  AppliedDocument applied() {
    return applied;
  }

  Optional<Applied> applied(String text) {
    return appliedRead.computeIfAbsent(text, applied::decode);
  }

  String document(KeyDigest digest, StoredRecord record) {
    String text = keys.encode(digest, record);
    keysRead.put(text, Optional.of(record));
    return text;
  }

  Optional<StoredRecord> record(KeyDigest digest, String text) {
    return keysRead.computeIfAbsent(text, unread -> keys.decode(digest, unread));
  }
}
