package io.tollgate.store;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.Pepper;
import java.util.Optional;

/**
 * The form in which a {@link StoredRecord} stands in Redis: its text, sealed under the pepper and
 * the address it stands at.
 *
 * <p>A document that can't be read for any reason is no document: Postgres decides then. Immutable
 * and safe for all threads.
 */
public final class RecordDocument {
  private final SealedText sealed;

  public RecordDocument(Pepper pepper) {
    sealed = new SealedText(pepper);
  }

  public String encode(KeyDigest address, StoredRecord record) {
    return seal(address, RecordText.encode(record));
  }

  /** Seals a text that {@link RecordText} has made. */
  public String seal(KeyDigest address, String text) {
    return sealed.seal(RedisNames.record(address), text);
  }

  /** Returns the record, or empty where the text is garbage, forged, foreign or too new. */
  public Optional<StoredRecord> decode(KeyDigest address, String document) {
    return sealed.open(RedisNames.record(address), document).flatMap(RecordDocument::read);
  }

  private static Optional<StoredRecord> read(String text) {
    try {
      return Optional.of(RecordText.decode(text));
    } catch (RuntimeException unreadable) {
      // Sealed by us, yet not ours to read: written by another version. Postgres decides.
      return Optional.empty();
    }
  }
}
