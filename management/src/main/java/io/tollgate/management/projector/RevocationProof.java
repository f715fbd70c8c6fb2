package io.tollgate.management.projector;

import io.tollgate.management.projector.Evidence.Gateway;
import io.tollgate.management.projector.Evidence.Look;
import io.tollgate.management.projector.Evidence.Roll;
import io.tollgate.ring.FenceConfig;
import io.tollgate.store.Applied;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The proof that no gateway accepts a key any more, after the change that revoked it was committed.
 *
 * <p>There are two ways, and the first that comes to its end counts. By Redis: two looks, a bound
 * and a margin apart, find the change carried, and nothing between them that could have undone it;
 * so every confirmation that a gateway goes by was asked for after the change was in both stores.
 * By the list: every gateway on Postgres' list has confirmed the change, which needs no Redis.
 * Decision 0016 argues why either suffices.
 *
 * <p>For one revocation, and confined to the thread that waits for it. Public for the simulation.
 */
public final class RevocationProof {
  /** How long a revocation may wait before it counts as pending. */
  public static final Duration DEADLINE = Duration.ofSeconds(5);

  /** What clocks of gateways and of Postgres may differ by over the longest absence. */
  public static final Duration ABSENCE_MARGIN = Duration.ofMinutes(1);

  private static final Duration MARGIN_MIN = Duration.ofMillis(10);
  private static final int MARGIN_DIVISOR = 10;

  /** A Redis that is away does not hold the list up for longer. */
  private static final Duration LOOK_MAX = Duration.ofMillis(250);

  private static final Duration ROLL_MAX = Duration.ofSeconds(1);

  /** The rest between two looks at stores that do not confirm yet. */
  private static final Duration PACE = Duration.ofMillis(10);

  /** What it came to. */
  public sealed interface Outcome permits Proven, Pending {}

  /** No gateway accepts the key any more. */
  public enum Proven implements Outcome {
    BY_REDIS,
    BY_LIST
  }

  /**
   * It can't be told.
   *
   * @param notDone says what is missing, in sentences
   */
  public record Pending(String notDone) implements Outcome {}

  /** A look that found the change in Redis, and when it was answered. */
  private record Sighting(long connection, String mark, long answeredNanos) {}

  private final Evidence evidence;
  private final FenceConfig fence;
  private final Set<ManagementGuard> guards;
  private final String epoch;
  private final long number;
  private final long committedNanos;
  private @Nullable Sighting first;
  private @Nullable Roll roll;
  private Duration bound;
  private String redisWord = "";

  /**
   * Begins the proof; to be called after the commit.
   *
   * @param epoch the log's history at the commit, or later
   * @param number the change that revoked the key
   */
  public RevocationProof(
      Evidence evidence,
      FenceConfig fence,
      Set<ManagementGuard> guards,
      String epoch,
      long number) {
    this.evidence = evidence;
    this.fence = fence;
    this.guards = guards;
    this.epoch = epoch;
    this.number = number;
    bound = fence.bound();
    committedNanos = evidence.nanos();
  }

  /** Waits until there is a proof, or the deadline has passed. */
  public Outcome await() {
    while (true) {
      if (isProvenByRedis()) {
        return Proven.BY_REDIS;
      }
      if (isProvenByList()) {
        return Proven.BY_LIST;
      }
      Duration rest = rest();
      if (since(committedNanos).plus(rest).compareTo(DEADLINE) > 0) {
        return new Pending(redisWord + ' ' + listWord());
      }
      evidence.pause(rest);
    }
  }

  private boolean isProvenByRedis() {
    long sentNanos = evidence.nanos();
    if (!guards.contains(ManagementGuard.SECOND_LOOK) && hasWaited(first, sentNanos)) {
      return true;
    }
    Look look = evidence.look(within(LOOK_MAX)).orElse(null);
    Sighting sighting = look == null ? null : sighting(look, evidence.nanos());
    if (sighting == null) {
      redisWord =
          look == null ? "Redis did not answer in time." : "The change has not come to Redis.";
      first = null;
      return false;
    }
    if (isUnbroken(first, sighting)) {
      return hasWaited(first, sentNanos);
    }
    redisWord = "Redis could not be watched for long enough.";
    first = sighting;
    return false;
  }

  private @Nullable Sighting sighting(Look look, long answeredNanos) {
    Applied applied = look.applied().orElse(null);
    return applied == null || applied.number() < number || !isOurs(applied.epoch())
        ? null
        : new Sighting(look.connection(), applied.mark(), answeredNanos);
  }

  private boolean isUnbroken(@Nullable Sighting earlier, Sighting later) {
    return earlier != null
        && (earlier.connection == later.connection
            || !guards.contains(ManagementGuard.SAME_CONNECTION))
        && (earlier.mark.equals(later.mark) || !guards.contains(ManagementGuard.SAME_MARK));
  }

  /** Before the list was read nobody knows the longest bound. */
  private boolean hasWaited(@Nullable Sighting earlier, long nanos) {
    return earlier != null
        && roll != null
        && (nanos - earlier.answeredNanos >= waitNanos()
            || !guards.contains(ManagementGuard.WAIT_BETWEEN_LOOKS));
  }

  private boolean isProvenByList() {
    Optional<Roll> read = evidence.roll(within(ROLL_MAX));
    if (read.isEmpty()) {
      return false;
    }
    Roll latest = read.get();
    roll = latest;
    for (Gateway gateway : latest.gateways()) {
      bound = longer(bound, gateway.bound());
    }
    boolean waited =
        evidence.nanos() - committedNanos >= waitNanos()
            || !guards.contains(ManagementGuard.WAIT_SINCE_COMMIT);
    return waited && isOurs(latest.epoch()) && isOldEnough(latest) && missing(latest) == 0;
  }

  private boolean isOldEnough(Roll latest) {
    Duration absence = fence.postgresAbsenceMax();
    for (Gateway gateway : latest.gateways()) {
      absence = longer(absence, gateway.absenceMax());
    }
    return latest.epochAge().compareTo(absence.plus(ABSENCE_MARGIN)) > 0
        || !guards.contains(ManagementGuard.AGE_OF_EPOCH);
  }

  /** Returns how many gateways that may serve have not confirmed the change. */
  private long missing(Roll latest) {
    return living(latest).stream().filter(gateway -> !hasConfirmed(gateway)).count();
  }

  private static List<Gateway> living(Roll latest) {
    return latest.gateways().stream().filter(gateway -> !isDead(gateway)).toList();
  }

  private static boolean isDead(Gateway gateway) {
    return gateway.silence().compareTo(gateway.absenceMax().plus(ABSENCE_MARGIN)) > 0;
  }

  private boolean hasConfirmed(Gateway gateway) {
    return (gateway.number() >= number && isOurs(gateway.epoch()))
        || !guards.contains(ManagementGuard.NUMBER_OF_EVERY_ROW);
  }

  private boolean isOurs(String other) {
    return other.equals(epoch) || !guards.contains(ManagementGuard.EPOCH_OF_PROOF);
  }

  /** Returns what is missing by the list, in a sentence. */
  private String listWord() {
    Roll latest = roll;
    if (latest == null) {
      return "The list of gateways could not be read.";
    }
    if (!isOurs(latest.epoch())) {
      return "The database was restored or failed over meanwhile.";
    }
    if (!isOldEnough(latest)) {
      return "The database was restored or failed over lately, so that gateways may be missing on"
          + " its list.";
    }
    return missing(latest)
        + " of "
        + living(latest).size()
        + " gateways have not confirmed the change to the database.";
  }

  private Duration rest() {
    Sighting sighting = first;
    if (sighting == null || roll == null || hasWaited(sighting, evidence.nanos())) {
      return PACE;
    }
    Duration left = Duration.ofNanos(waitNanos()).minus(since(sighting.answeredNanos));
    return longer(left, Duration.ZERO);
  }

  private Duration within(Duration most) {
    Duration left = DEADLINE.minus(since(committedNanos));
    return left.compareTo(most) < 0 ? longer(left, Duration.ofMillis(1)) : most;
  }

  private long waitNanos() {
    return bound.plus(longer(MARGIN_MIN, bound.dividedBy(MARGIN_DIVISOR))).toNanos();
  }

  private Duration since(long nanos) {
    return Duration.ofNanos(evidence.nanos() - nanos);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
