package io.tollgate.management.connection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Transactions;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been going on over connections, for whoever looks for why a sync fails. What is added is
 * written later, by a worker, so that no request waits for it or fails by it: where more comes than
 * can be written, lines are lost and counted. Safe for all threads.
 */
public final class ConnectionLog {
  /** Lines that wait to be written, and how much they may hold. */
  static final int WAITING_MAX = 4_096;

  static final long WAITING_CHARS_MAX = 16L * 1024 * 1024;

  private static final int WRITTEN_AT_ONCE = 256;

  /** The same of what is written by one statement; a line of more is written alone. */
  static final long WRITTEN_CHARS_MAX = 1024L * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(ConnectionLog.class);

  /** Of a connection that is gone there is nothing to be kept. */
  private static final String INSERT =
      """
      INSERT INTO tollgate.connection_log (
        connection_id, at, channel, code, outcome, user_id, detail)
      SELECT e.c, e.t, e.h, e.k, e.o, nullif(e.u, ''), e.d::json
      FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[],
        $7::text[]) WITH ORDINALITY e (c, t, h, k, o, u, d, place)
      JOIN tollgate.enterprise_connection known ON known.id = e.c
      ORDER BY e.place
      """;

  /** How many lines of a connection are kept, and for how long at most. */
  static final int KEPT_MAX = 10_000;

  private static final String FORGET =
      """
      DELETE FROM tollgate.connection_log WHERE connection_id = $1 AND (
        at < now() - interval '30 days' OR id <= (
          SELECT id FROM tollgate.connection_log WHERE connection_id = $1
          ORDER BY id DESC OFFSET %d LIMIT 1))
      """
          .formatted(KEPT_MAX);

  /** By which way something came. */
  public enum Channel {
    SAML,
    OIDC,
    SCIM;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public enum Outcome {
    SUCCESS,
    WARNING,
    FAILURE;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A line.
   *
   * @param code stable, such as {@code scim_user_conflict}
   * @param userId whom it is about, as he is known here
   * @param detail without secrets: a message, what to do next, the request and its answer
   * @param body of the request, as it came; what is secret in it is taken out before it is kept
   */
  public record Entry(
      String connectionId,
      Channel channel,
      String code,
      Outcome outcome,
      @Nullable String userId,
      JsonObject detail,
      @Nullable String body) {
    long chars() {
      long body = this.body == null ? 0 : this.body.length();
      return body + detail.encode().length();
    }
  }

  private record Timed(OffsetDateTime at, Entry entry, long chars) {}

  private final BlockingQueue<Timed> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
  private final AtomicLong waitingChars = new AtomicLong();
  private final EmailsInLog emails;
  private final Counter dropped;

  public ConnectionLog(EmailsInLog emails, MeterRegistry metrics) {
    this.emails = emails;
    dropped =
        Counter.builder("tollgate.management.connection.log.dropped")
            .description("Lines of connections' logs that were lost, since too many came")
            .register(metrics);
  }

  /** Adds a line; never waits, and never fails. */
  public void add(Entry entry) {
    long chars = entry.chars();
    if (waitingChars.addAndGet(chars) > WAITING_CHARS_MAX
        || !waiting.offer(new Timed(OffsetDateTime.now(ZoneOffset.UTC), entry, chars))) {
      waitingChars.addAndGet(-chars);
      dropped.increment();
    }
  }

  /** Returns how many lines were lost. */
  double dropped() {
    return dropped.count();
  }

  /**
   * Writes some of what waits. Where Postgres does not answer they are lost: what comes after is
   * worth more. Where it refuses them, only those are lost that it refuses one by one.
   *
   * @return whether there may be more
   */
  boolean write(Transactions transactions) {
    List<Timed> some = taken();
    if (some.isEmpty()) {
      return false;
    }
    try {
      transactions.note(INSERT, parameters(some, emails));
    } catch (StoreUnreachable e) {
      dropped.increment(some.size());
      throw e;
    } catch (RuntimeException refused) {
      writeEach(transactions, some);
    }
    return !waiting.isEmpty();
  }

  private List<Timed> taken() {
    List<Timed> some = new ArrayList<>();
    long chars = 0;
    @Nullable Timed next = waiting.peek();
    while (next != null
        && some.size() < WRITTEN_AT_ONCE
        && (some.isEmpty() || chars + next.chars <= WRITTEN_CHARS_MAX)) {
      some.add(waiting.remove());
      chars += next.chars;
      next = waiting.peek();
    }
    waitingChars.addAndGet(-chars);
    return some;
  }

  private void writeEach(Transactions transactions, List<Timed> lines) {
    int left = lines.size();
    for (Timed line : lines) {
      try {
        transactions.note(INSERT, parameters(List.of(line), emails));
      } catch (StoreUnreachable e) {
        dropped.increment(left);
        throw e;
      } catch (RuntimeException refused) {
        dropped.increment();
        // Not why: that may tell what stands in it.
        LOG.warn(
            "a line {} of the log of {} can't be kept", line.entry.code, line.entry.connectionId);
      }
      left--;
    }
  }

  /** Writes lines, whose addresses are masked, with the change that they tell of. */
  static void insert(Change change, List<Entry> entries) {
    OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
    if (!entries.isEmpty()) {
      List<Timed> lines = entries.stream().map(entry -> new Timed(now, entry, 0)).toList();
      change.execute(INSERT, parameters(lines, EmailsInLog.MASKED));
    }
  }

  /** Forgets what is too old or too much; returns that there is no more. */
  static boolean forget(Transactions transactions) {
    String all = "SELECT id FROM tollgate.enterprise_connection";
    for (Row row : transactions.read(all, Tuple.tuple())) {
      transactions.note(FORGET, Tuple.of(row.getString("id")));
    }
    return false;
  }

  private static Tuple parameters(List<Timed> lines, EmailsInLog emails) {
    return Tuple.tuple()
        .addArrayOfString(texts(lines, Entry::connectionId))
        .addArrayOfOffsetDateTime(lines.stream().map(Timed::at).toArray(OffsetDateTime[]::new))
        .addArrayOfString(texts(lines, line -> line.channel.text()))
        .addArrayOfString(texts(lines, Entry::code))
        .addArrayOfString(texts(lines, line -> line.outcome.text()))
        .addArrayOfString(texts(lines, line -> line.userId == null ? "" : line.userId))
        .addArrayOfString(texts(lines, line -> detail(line, emails)));
  }

  private static String[] texts(List<Timed> lines, Function<Entry, String> text) {
    return lines.stream().map(line -> text.apply(line.entry)).toArray(String[]::new);
  }

  private static String detail(Entry entry, EmailsInLog emails) {
    JsonObject detail =
        entry.body == null
            ? entry.detail
            : entry.detail.copy().put("body", Redaction.redacted(entry.body));
    return (emails == EmailsInLog.MASKED ? EmailMask.masked(detail) : detail).encode();
  }
}
