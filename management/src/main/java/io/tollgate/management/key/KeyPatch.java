package io.tollgate.management.key;

import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.management.wire.Seconds;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be changed of a key: the members that a request names, and no others. Immutable.
 *
 * @param given the members that were named; the others here mean nothing
 */
record KeyPatch(
    Set<String> given,
    @Nullable String subject,
    @Nullable String description,
    @Nullable String claims,
    List<String> scopes,
    @Nullable Long lifetimeMillis,
    List<String> addresses,
    @Nullable String metadata) {
  private static final Set<String> MEMBERS =
      Set.of(
          KeyMembers.SUBJECT,
          KeyMembers.DESCRIPTION,
          KeyMembers.CLAIMS,
          KeyMembers.SCOPES,
          Seconds.LIFETIME,
          KeyMembers.ADDRESSES,
          KeyMembers.METADATA);

  /** Takes the parameters of {@link #parameters} behind the key's id. */
  static final String UPDATE =
      """
      UPDATE tollgate.api_key AS k SET
        subject = CASE WHEN $2 THEN $3 ELSE subject END,
        -- What ended the keys of its new subject before it came is none of its affair.
        since = CASE WHEN $2 AND subject <> $3 THEN -1 ELSE since END,
        description = CASE WHEN $4 THEN $5 ELSE description END,
        claims = CASE WHEN $6 THEN $7::text::json ELSE claims END,
        scopes = CASE WHEN $8 THEN $9 ELSE scopes END,
        expires_at = CASE WHEN $10 THEN
          date_trunc('milliseconds', now()) + $11::bigint * interval '1 millisecond'
          ELSE expires_at END,
        addresses = CASE WHEN $12 THEN $13 ELSE addresses END,
        metadata = CASE WHEN $14 THEN $15::text::json ELSE metadata END,
        updated_at = now()
      WHERE k.id = $1
      RETURNING %s
      """
          .formatted(ApiKey.COLUMNS);

  /**
   * Reads a body.
   *
   * @throws ApiError naming the member, its value and what was expected
   */
  static KeyPatch parse(RequestBody body) {
    body.allowOnly(MEMBERS);
    return new KeyPatch(
        body.names(),
        body.has(KeyMembers.SUBJECT) ? KeyMembers.subject(body.text(KeyMembers.SUBJECT)) : null,
        KeyMembers.description(body),
        KeyMembers.object(body, KeyMembers.CLAIMS),
        KeyMembers.scopes(body.texts(KeyMembers.SCOPES)),
        Seconds.lifetimeMillis(body),
        KeyMembers.addresses(body),
        KeyMembers.object(body, KeyMembers.METADATA));
  }

  /** Returns whether the key gets another subject. */
  boolean moves(ApiKey key) {
    return subject != null && !subject.equals(key.subject());
  }

  Tuple parameters(String id) {
    return Tuple.tuple()
        .addString(id)
        .addBoolean(given.contains(KeyMembers.SUBJECT))
        .addString(subject)
        .addBoolean(given.contains(KeyMembers.DESCRIPTION))
        .addString(description)
        .addBoolean(given.contains(KeyMembers.CLAIMS))
        .addString(claims)
        .addBoolean(given.contains(KeyMembers.SCOPES))
        .addArrayOfString(scopes.toArray(String[]::new))
        .addBoolean(given.contains(Seconds.LIFETIME))
        .addLong(lifetimeMillis)
        .addBoolean(given.contains(KeyMembers.ADDRESSES))
        .addArrayOfString(addresses.toArray(String[]::new))
        .addBoolean(given.contains(KeyMembers.METADATA))
        .addString(metadata);
  }
}
