package io.tollgate.management.projector;

import io.tollgate.key.KeyDigest;
import io.tollgate.store.Applied;
import io.tollgate.store.RedisNames;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which Redis follows Postgres: change by change while that is possible, else all
 * anew.
 *
 * <p>Right without any lock: each writing goes through the script, which refuses if {@code applied}
 * is not the very text that was read before Postgres was. So whoever comes late writes nothing and
 * reads again. Confined to the projector's virtual thread.
 */
final class Projection {
  private final Applied applied;
  private final RedisSession redis;
  private final ChangeLog log;
  private final LongConsumer onApplied;

  /**
   * Joins the two stores.
   *
   * @param onApplied hears each number up to which Redis is whole, as it is reached
   */
  Projection(Applied applied, RedisSession redis, ChangeLog log, LongConsumer onApplied) {
    this.applied = applied;
    this.redis = redis;
    this.log = log;
    this.onApplied = onApplied;
  }

  /**
   * Carries what is new, if Redis can be carried on from this text.
   *
   * @return why not, so that a rebuild is due; null where all is well
   */
  @Nullable String carry(String text, long counter) {
    OptionalLong known = applied.decode(text);
    if (known.isEmpty()) {
      return "Redis does not say how far the projection has come";
    }
    if (!applied.isUnderNewestPepper(text)) {
      return "the projection was written under a pepper that is retired now";
    }
    if (known.getAsLong() > counter) {
      return "Redis is ahead of Postgres, which must have been restored";
    }
    String present = text;
    long number = known.getAsLong();
    while (number < counter) {
      ChangeLog.Batch batch = log.after(number);
      if (batch == null) {
        return "the change log does not reach back to what Redis needs next";
      }
      String next = applied.encode(batch.last());
      if (!redis.write(present, next, batch.writes())) {
        return null;
      }
      present = next;
      number = batch.last();
      onApplied.accept(number);
    }
    return null;
  }

  /**
   * Writes all documents anew and removes those of no key.
   *
   * @return whether it came to its end: not if another writer came between
   */
  boolean rebuild(String text) {
    // Read before the keys are: a change that comes amid the paging is carried again afterwards.
    long counter = log.counter();
    String mark = applied.encodeRebuilding();
    if (!redis.write(text, mark, List.of()) || !writeAll(mark) || !sweep(mark)) {
      return false;
    }
    if (!redis.write(mark, applied.encode(counter), List.of())) {
      return false;
    }
    onApplied.accept(counter);
    return true;
  }

  private boolean writeAll(String mark) {
    for (ChangeLog.Page page = log.keys("");
        page.lastId() != null;
        page = log.keys(page.lastId())) {
      if (!redis.write(mark, mark, page.writes())) {
        return false;
      }
    }
    return true;
  }

  /**
   * Asks Postgres after Redis has named its documents: so no key's document can be taken for none.
   */
  private boolean sweep(String mark) {
    String cursor = "0";
    while (cursor != null) {
      RedisSession.Names page = redis.scan(cursor);
      List<Write> removals = strays(page.names());
      if (!removals.isEmpty() && !redis.write(mark, mark, removals)) {
        return false;
      }
      cursor = page.cursor();
    }
    return true;
  }

  private List<Write> strays(List<String> names) {
    Map<String, KeyDigest> digests = new HashMap<>();
    List<Write> strays = new ArrayList<>();
    for (String name : names) {
      KeyDigest digest = digest(name);
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

  private static @Nullable KeyDigest digest(String name) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(name.substring(RedisNames.KEY_PREFIX.length()));
      KeyDigest digest = KeyDigest.fromBytes(bytes);
      // Base64 has several spellings of one digest; only ours is a document's name.
      return RedisNames.key(digest).equals(name) ? digest : null;
    } catch (IllegalArgumentException notOurs) {
      return null;
    }
  }
}
