package io.tollgate.management.key;

import io.tollgate.key.ForeignHash;
import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.RecordName;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * By which hashes the instance knows secrets that were issued elsewhere: the first import of each
 * switches it on, and until then no gateway looks for any.
 */
final class ForeignHashes {
  private ForeignHashes() {}

  /** Returns the line of the audit if some of the hashes had to be switched on, else null. */
  static @Nullable AuditEntry take(Change change, Set<ForeignHash> kinds, Origin origin) {
    // Locked only where it has to change: every import after the first goes on beside others.
    InstanceRecord known = InstanceRecord.of(change.find(RecordName.INSTANCE));
    if (with(known, kinds).equals(known)) {
      return null;
    }
    InstanceRecord before = InstanceRecord.of(change.lock(RecordName.INSTANCE));
    InstanceRecord after = with(before, kinds);
    if (after.equals(before)) {
      return null;
    }
    change.put(RecordName.INSTANCE, after);
    return origin.entry("instance.imports.enable", "instance", encode(before), encode(after));
  }

  private static InstanceRecord with(InstanceRecord instance, Set<ForeignHash> kinds) {
    return instance.taking(
        instance.takesSha256() || kinds.contains(ForeignHash.SHA256),
        instance.takesSha512() || kinds.contains(ForeignHash.SHA512));
  }

  private static String encode(InstanceRecord instance) {
    return new JsonObject()
        .put("object", "instance_imports")
        .put(ForeignHash.SHA256.text(), instance.takesSha256())
        .put(ForeignHash.SHA512.text(), instance.takesSha512())
        .encode();
  }
}
