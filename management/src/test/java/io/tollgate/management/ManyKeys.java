package io.tollgate.management;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.Secret;
import io.tollgate.store.RecordText;
import io.tollgate.store.SubjectRecord;
import io.tollgate.store.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Keys that are put into Postgres at once, with all that their creation by management would have
 * left there: secrets, the records of subjects, the newest changes, the audit.
 *
 * <p>Subjects have one to five keys each, and one beside them has {@link #OF_ONE_SUBJECT}. Nobody
 * knows most secrets; {@link #SECRETS} of them, spread evenly over the keys, are kept.
 */
final class ManyKeys {
  static final int OF_ONE_SUBJECT = 1_000;
  static final int SECRETS = 1_000;

  /** So many keys are those of five subjects. */
  static final int GROUP = 15;

  /** As many of the newest changes as the projector leaves in the log. */
  private static final int CHANGES = 100_000;

  private static final String KEYS =
      """
      INSERT INTO tollgate.api_key (
        id, type, subject, name, scopes, created_at, updated_at, number, since)
      SELECT 'ak_' || md5('key ' || i), 'api_key', 'user_' || left(md5(subject), 27), 'key ' || i,
        '{invoices:read}', at, at, i + 1, i + 1
      FROM (
        SELECT i, now() - (%2$d - i) * interval '20 seconds' AS at,
          CASE WHEN i >= %1$d THEN 'subject of many' ELSE
            'subject ' || (i / 15 * 5 + width_bucket(i %% 15, ARRAY[1, 3, 6, 10])) END AS subject
        FROM generate_series(0, %2$d - 1) i
      ) made
      """;

  private static final String KEY_SECRETS =
      """
      INSERT INTO tollgate.api_key_secret (digest, key_id)
      SELECT coalesce(decode(kept.digest, 'hex'), sha256(convert_to('secret ' || i, 'UTF8'))),
        'ak_' || md5('key ' || i)
      FROM generate_series(0, %2$d - 1) i
      LEFT JOIN unnest('{%3$s}'::text[]) WITH ORDINALITY kept (digest, place)
        ON i = (kept.place - 1) * %4$d
      """;

  private static final String RECORDS =
      """
      INSERT INTO tollgate.record (name, address, body)
      SELECT name, tollgate.address(name), '%5$s'
      FROM (SELECT DISTINCT 'subject:' || subject AS name FROM tollgate.api_key) named
      """;

  private static final String AUDIT =
      """
      INSERT INTO tollgate.audit (number, at, actor, request_id, action, object, after)
      SELECT number, created_at, 'secret_key:instance', 'req_' || left(md5(id), 16),
        'api_key.create', id, json_build_object('object', 'api_key', 'id', id, 'type', type,
          'subject', subject, 'name', name, 'description', null, 'scopes', scopes)
      FROM tollgate.api_key ORDER BY number
      """;

  private static final String LOG =
      """
      INSERT INTO tollgate.change_log (number, id, keys, records, addresses)
      SELECT k.number, md5('change ' || k.number), ARRAY[k.id], ARRAY['subject:' || k.subject],
        ARRAY[s.digest, tollgate.address('subject:' || k.subject)]
      FROM tollgate.api_key k JOIN tollgate.api_key_secret s ON s.key_id = k.id
      WHERE k.number > %2$d - %6$d
      """;

  private static final String COUNTER =
      "UPDATE tollgate.change_counter SET number = %2$d, id = md5('change ' || %2$d)";

  private final int count;
  private final List<Secret> secrets;

  private ManyKeys(int count, List<Secret> secrets) {
    this.count = count;
    this.secrets = secrets;
  }

  /**
   * Fills an empty database, which stands then as one does that has grown for a long time: the
   * planner knows its tables, and nothing is left to be written to disk or tidied.
   *
   * @param count how many keys there are beside those of the one subject; {@link #SECRETS} or more
   */
  static ManyKeys put(TestPostgres postgres, int count) {
    var format = new KeyFormat(TestManagement.PEPPER);
    var random = new SecureRandom();
    List<Secret> secrets = new ArrayList<>();
    for (int i = 0; i < SECRETS; i++) {
      secrets.add(format.mint(random));
    }
    String digests =
        secrets.stream()
            .map(secret -> HexFormat.of().formatHex(KeyDigest.of(secret).toBytes()))
            .collect(Collectors.joining(","));
    String record = RecordText.encode(SubjectRecord.DEFAULTS);
    var keys = new ManyKeys(count, secrets);
    for (String sql : List.of(KEYS, KEY_SECRETS, RECORDS, AUDIT, LOG, COUNTER)) {
      postgres.execute(
          sql.formatted(count, keys.total(), digests, count / SECRETS, record, CHANGES));
    }
    postgres.execute("VACUUM ANALYZE");
    postgres.execute("CHECKPOINT");
    return keys;
  }

  /** Returns how many keys there are beside those of the one subject, from 0 on. */
  int count() {
    return count;
  }

  /** Returns how many keys there are in all, which is also the number of the last change. */
  int total() {
    return count + OF_ONE_SUBJECT;
  }

  static String id(int key) {
    return "ak_" + md5("key " + key);
  }

  /** Returns a secret that was kept, of those in their order. */
  Secret secret(int place) {
    return secrets.get(place);
  }

  /** Returns the id of the key whose secret was kept at a place. */
  String idOfSecret(int place) {
    return id(place * (count / SECRETS));
  }

  static String subjectOfMany() {
    return subject("subject of many");
  }

  /** Returns the subject of a key that is not of the one with many. */
  static String subject(int key) {
    return subject("subject " + (key / GROUP * 5 + place(key)));
  }

  /** Returns how many keys that subject has, unless it is the very last. */
  static int keysOfSubject(int key) {
    return place(key) + 1;
  }

  /** Returns the place of a key's subject among the five of its group. */
  private static int place(int key) {
    int inGroup = key % GROUP;
    return inGroup < 1 ? 0 : inGroup < 3 ? 1 : inGroup < 6 ? 2 : inGroup < 10 ? 3 : 4;
  }

  /** Returns a subject as they are spelled, one for each text. */
  static String subject(String text) {
    return "user_" + md5(text).substring(0, 27);
  }

  private static String md5(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }
}
