package io.tollgate.management.key;

import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.management.wire.Seconds;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key that is wanted, in which all is right. Immutable.
 *
 * @param claims a JSON object as it came
 * @param addresses where it may be used from; from everywhere if empty
 * @param metadata the owner's own notes, a JSON object as it came
 * @param lifetimeMillis from its creation on; null is forever
 */
record NewKey(
    String type,
    String subject,
    String name,
    @Nullable String description,
    @Nullable String claims,
    List<String> scopes,
    List<String> addresses,
    @Nullable String metadata,
    @Nullable String createdBy,
    @Nullable Long lifetimeMillis) {
  static final Set<String> MEMBERS =
      Set.of(
          "type",
          KeyMembers.SUBJECT,
          KeyMembers.NAME,
          KeyMembers.DESCRIPTION,
          KeyMembers.CLAIMS,
          KeyMembers.SCOPES,
          KeyMembers.ADDRESSES,
          KeyMembers.METADATA,
          "created_by",
          Seconds.LIFETIME);

  private static final String TYPE_DEFAULT = "api_key";
  private static final int TYPE_MIN = 3;
  private static final int TYPE_MAX = 25;

  /**
   * Reads a body.
   *
   * @throws ApiError naming the member, its value and what was expected
   */
  static NewKey parse(RequestBody body) {
    body.allowOnly(MEMBERS);
    return parseMembers(body);
  }

  /** Reads them where others may stand beside them. */
  static NewKey parseMembers(RequestBody body) {
    return new NewKey(
        Texts.within("type", body.textOr("type", TYPE_DEFAULT), TYPE_MIN, TYPE_MAX),
        KeyMembers.subject(body.text(KeyMembers.SUBJECT)),
        KeyMembers.name(body.text(KeyMembers.NAME)),
        KeyMembers.description(body),
        KeyMembers.object(body, KeyMembers.CLAIMS),
        KeyMembers.scopes(body.texts(KeyMembers.SCOPES)),
        KeyMembers.addresses(body),
        KeyMembers.object(body, KeyMembers.METADATA),
        KeyMembers.createdBy(body.textOrNull("created_by")),
        Seconds.lifetimeMillis(body));
  }
}
