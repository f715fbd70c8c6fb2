package io.tollgate.management.projector;

import io.tollgate.key.KeyDigest;
import io.tollgate.store.Applied;
import io.tollgate.store.AppliedDocument;
import io.tollgate.store.LogPage.Continuity;
import io.tollgate.store.LogPosition;
import io.tollgate.store.RedisNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which Redis follows Postgres, for one session: change by change while that is
 * possible, else all anew.
 *
 * <p>Right without any lock: each writing goes through the script, which refuses if {@code applied}
 * is not the very text that was read before Postgres was. So whoever comes late writes nothing, and
 * begins another session.
 *
 * <p>A session writes under a mark of its own, which it sets with its first write, and which ends
 * with it: so two readings of one mark enclose a time in which nobody else wrote, and nothing was
 * wiped or brought back.
 *
 * <p>Confined to the projector's virtual thread. Public for the simulation.
 */
public final class Projection {
  /** How far Redis is, and how far the log is. */
  public record Step(Applied applied, LogPosition end) {
    /** Returns whether there is nothing left to be carried. */
    public boolean isWhole() {
      return applied.number() >= end.number();
    }
  }

  private final AppliedDocument codec;
  private final ProjectionStore redis;
  private final TruthStore log;
  private final Set<ManagementGuard> guards;
  private final Consumer<String> onRebuild;
  private String mark;
  // What this session wrote last; null before its first write.
  private @Nullable String written;

  /**
   * Joins the two stores for one session.
   *
   * @param onRebuild hears why, each time that all is written anew
   */
  public Projection(
      AppliedDocument codec,
      ProjectionStore redis,
      TruthStore log,
      Set<ManagementGuard> guards,
      Consumer<String> onRebuild) {
    this.codec = codec;
    this.redis = redis;
    this.log = log;
    this.guards = guards;
    this.onRebuild = onRebuild;
    mark = codec.freshName();
  }

  /**
   * Returns how far Redis is, for who does not project; empty if Redis can't be of this log, which
   * must have gone back then.
   */
  public Optional<Applied> look() {
    return codec.decode(redis.applied()).filter(this::isInLog);
  }

  private boolean isInLog(Applied applied) {
    return !guards.contains(ManagementGuard.CONTINUOUS_LOG)
        || log.after(applied.position()).continuity() != Continuity.FORKED;
  }

  /**
   * Carries what comes next: some changes, or all keys anew.
   *
   * @throws SessionOver if somebody else wrote
   */
  public Step carry() {
    String text = redis.applied();
    if (written != null && !text.equals(written)) {
      if (guards.contains(ManagementGuard.OWN_TEXT_ONLY)) {
        throw new SessionOver("Redis holds what this projector did not write");
      }
      written = null;
    }
    Optional<Applied> known = codec.decode(text);
    if (known.isEmpty()) {
      return rebuild(text, "Redis does not say how far the projection has come");
    }
    if (!codec.isUnderNewestPepper(text)) {
      return rebuild(text, "the projection was written under a pepper that is retired now");
    }
    return carryOn(text, known.get());
  }

  private Step carryOn(String text, Applied applied) {
    TruthStore.Batch batch = log.after(applied.position());
    String epoch = batch.head().epoch();
    if (!epoch.equals(applied.epoch()) && guards.contains(ManagementGuard.EPOCH_OF_PROJECTION)) {
      return rebuild(text, "Redis holds another history of the change log");
    }
    Continuity continuity =
        guards.contains(ManagementGuard.CONTINUOUS_LOG) ? batch.continuity() : Continuity.WHOLE;
    return switch (continuity) {
      case WHOLE -> write(text, applied, batch);
      case PRUNED -> rebuild(text, "the change log does not reach back to what Redis needs next");
      case FORKED -> {
        // Redis may hold numbers that the log gives again: nobody must take one for the other.
        log.renewHistory(epoch);
        yield rebuild(text, "the change log has gone back: Postgres must have been restored");
      }
    };
  }

  private Step write(String text, Applied applied, TruthStore.Batch batch) {
    if (written == null && !guards.contains(ManagementGuard.MARK_PER_SESSION)) {
      mark = applied.mark();
      written = text;
    }
    var next = new Applied(batch.head().epoch(), mark, batch.last());
    // The first write of a session is due also where there is nothing to be carried: it marks.
    if (written == null || !batch.last().equals(applied.position())) {
      written = written(text, next, batch.writes());
    }
    return new Step(next, batch.head().end());
  }

  private String written(String expected, Applied next, List<Write> writes) {
    String text = codec.encode(next);
    replace(expected, text, writes);
    return text;
  }

  private void replace(String expected, String next, List<Write> writes) {
    if (!redis.write(expected, next, writes)) {
      throw new SessionOver("another projector wrote to Redis in between");
    }
  }

  /** Writes all documents anew and removes those of no key. */
  private Step rebuild(String text, String reason) {
    onRebuild.accept(reason);
    // Read before the keys are: a change that comes amid the paging is carried again afterwards.
    TruthStore.Head head = log.head();
    String note = codec.encodeRebuilding();
    replace(text, note, List.of());
    writeAll(note);
    sweep(note);
    // What was read of another history is worth nothing, under either name.
    if (!log.head().epoch().equals(head.epoch())) {
      throw new SessionOver("the change log's history was renewed during a rebuild");
    }
    mark = codec.freshName();
    var whole = new Applied(head.epoch(), mark, head.end());
    written = written(note, whole, List.of());
    return new Step(whole, head.end());
  }

  private void writeAll(String note) {
    for (TruthStore.Page page = log.page(""); page.last() != null; page = log.page(page.last())) {
      replace(note, note, page.writes());
    }
  }

  /**
   * Asks Postgres after Redis has named its documents: so no key's document can be taken for none.
   */
  private void sweep(String note) {
    String cursor = "0";
    while (cursor != null) {
      ProjectionStore.Names page = redis.scan(cursor);
      List<Write> removals = strays(page.names());
      if (!removals.isEmpty()) {
        replace(note, note, removals);
      }
      cursor = page.cursor();
    }
  }

  private List<Write> strays(List<String> names) {
    Map<String, KeyDigest> digests = new HashMap<>();
    List<Write> strays = new ArrayList<>();
    for (String name : names) {
      KeyDigest digest = RedisNames.address(name);
      if (digest == null) {
        strays.add(Write.removal(name));
      } else {
        digests.put(name, digest);
      }
    }
    Set<KeyDigest> known = digests.isEmpty() ? Set.of() : log.known(digests.values());
    digests.forEach(
        (name, digest) -> {
          if (!known.contains(digest)) {
            strays.add(Write.removal(name));
          }
        });
    return strays;
  }
}
