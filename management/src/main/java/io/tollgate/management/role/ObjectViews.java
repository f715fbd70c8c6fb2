package io.tollgate.management.role;

import io.tollgate.management.object.ObjectView;
import java.util.Set;

/**
 * How each kind of object is spelled: every member of the contract, null where there is nothing.
 */
public final class ObjectViews {
  /** What the role of whoever makes an organization must hold, for him to run it. */
  static final Set<String> CREATOR_PERMISSIONS =
      Set.of("org:sys_memberships:manage", "org:sys_memberships:read", "org:sys_profile:delete");

  private static final String TIMES =
      """
      'created_at', tollgate.millis(%1$s.created_at), 'updated_at', tollgate.millis(%1$s.updated_at)
      """;

  private static final String PERMISSION_JSON =
      """
      json_build_object('object', 'permission', 'id', %1$s.id, 'name', %1$s.name, 'key', %1$s.key,
        'description', %1$s.description,
        'type', CASE WHEN %1$s.system THEN 'system' ELSE 'user' END,
      """
          + TIMES
          + ")";

  private static final String HELD =
      """
      FROM tollgate.role_permission h JOIN tollgate.permission p ON p.id = h.permission_id
      WHERE h.role_id = %s
      """;

  private static final String BY_ID_NAME_OR_KEY =
      "t.id = $1 OR strpos(lower(t.name), lower($1)) > 0 OR strpos(t.key, $1) > 0";

  private static final Set<String> NAMED = Set.of("created_at", "name", "key");

  static final ObjectView PERMISSIONS =
      new ObjectView(
          "tollgate.permission", PERMISSION_JSON.formatted("t"), BY_ID_NAME_OR_KEY, NAMED);

  public static final ObjectView ROLES =
      new ObjectView(
          "tollgate.role",
          """
          json_build_object('object', 'role', 'id', t.id, 'name', t.name, 'key', t.key,
            'description', t.description,
            'is_creator_eligible', (SELECT count(*) = %1$d %2$s AND p.key IN ('%3$s')),
            'permissions', coalesce((SELECT json_agg(%4$s ORDER BY p.key) %2$s), '[]'), %5$s)
          """
              .formatted(
                  CREATOR_PERMISSIONS.size(),
                  HELD.formatted("t.id"),
                  String.join("', '", CREATOR_PERMISSIONS),
                  PERMISSION_JSON.formatted("p"),
                  TIMES.formatted("t")),
          BY_ID_NAME_OR_KEY,
          NAMED);

  /** Of the role {@code r} as one of the role set {@code t}. */
  private static final String ROLE_SET_ITEM_JSON =
      """
      json_build_object('object', 'role_set_item', 'id', r.id, 'name', r.name, 'key', r.key,
        'description', r.description, 'members_count', (SELECT count(*) FROM tollgate.membership m
          WHERE m.role_set_id = t.id AND m.role_id = r.id),
        'has_members', EXISTS (SELECT FROM tollgate.membership m
          WHERE m.role_set_id = t.id AND m.role_id = r.id),
      """
          + TIMES.formatted("r")
          + ")";

  /** A replacement is over when it is answered, so there is never one to be told of. */
  static final ObjectView ROLE_SETS =
      new ObjectView(
          "tollgate.role_set",
          """
          json_build_object('object', 'role_set', 'id', t.id, 'name', t.name, 'key', t.key,
            'description', t.description,
            'roles', (SELECT json_agg(%1$s ORDER BY r.key) FROM tollgate.role_set_role i
              JOIN tollgate.role r ON r.id = i.role_id WHERE i.role_set_id = t.id),
            'default_role', (SELECT %1$s FROM tollgate.role r WHERE r.id = t.default_role_id),
            'creator_role', (SELECT %1$s FROM tollgate.role r WHERE r.id = t.creator_role_id),
            'type', CASE WHEN t.initial THEN 'initial' ELSE 'custom' END,
            'role_set_migration', null, %2$s)
          """
              .formatted(ROLE_SET_ITEM_JSON, TIMES.formatted("t")),
          BY_ID_NAME_OR_KEY,
          NAMED);

  /** No bound on members is 0. */
  private static final String ORGANIZATION_JSON =
      """
      json_build_object('object', 'organization', 'id', %1$s.id, 'name', %1$s.name,
        'slug', %1$s.slug, 'image_url', '', 'has_image', false, 'members_count',
        (SELECT count(*) FROM tollgate.membership c WHERE c.organization_id = %1$s.id
          AND c.left_at IS NULL),
        'missing_member_with_elevated_permissions', null, 'pending_invitations_count', 0,
        'max_allowed_memberships', 0, 'admin_delete_enabled', true,
        'public_metadata', %1$s.public_metadata, 'private_metadata', %1$s.private_metadata,
        'created_by', %1$s.created_by, 'last_active_at', null, 'role_set_key',
        (SELECT s.key FROM tollgate.role_set s WHERE s.id = %1$s.role_set_id),
      """
          + TIMES
          + ")";

  static final ObjectView ORGANIZATIONS =
      new ObjectView(
          "tollgate.organization",
          ORGANIZATION_JSON.formatted("t"),
          "t.id = $1 OR t.slug = $1 OR strpos(lower(t.name), lower($1)) > 0",
          Set.of("created_at", "name"));

  static final ObjectView MEMBERSHIPS =
      new ObjectView(
          "tollgate.membership",
          """
          (SELECT json_build_object('object', 'organization_membership', 'id', t.id,
            'role', r.key, 'role_name', r.name,
            'permissions', coalesce((SELECT json_agg(p.key ORDER BY p.key) %1$s), '[]'),
            'public_metadata', t.public_metadata, 'private_metadata', t.private_metadata,
            'organization', %2$s, 'public_user_data', json_build_object('user_id', u.id,
              'first_name', u.first_name, 'last_name', u.last_name, 'profile_image_url', '',
              'image_url', '', 'has_image', false,
              'identifier', coalesce(u.email_addresses[1], u.username),
              'username', u.username, 'banned', false, 'deprovisioned', NOT u.active), %3$s)
          FROM tollgate.role r, tollgate.app_user u, tollgate.organization o
          WHERE r.id = t.role_id AND u.id = t.user_id AND o.id = t.organization_id)
          """
              .formatted(
                  HELD.formatted("r.id"), ORGANIZATION_JSON.formatted("o"), TIMES.formatted("t")),
          "t.user_id = $1",
          Set.of("created_at"));

  /** An address is known by where it stands, so that nothing has to be kept of it but itself. */
  static final String EMAIL_ID =
      "'idn_' || left(encode(sha256(convert_to(t.id || ' ' || e.address, 'UTF8')), 'hex'), 27)";

  /**
   * A directory's word counts for the domains of its connection, as it does where it takes users
   * over: of other addresses its customer could tell what he likes.
   */
  private static final String VERIFICATION =
      """
      CASE WHEN EXISTS (SELECT FROM tollgate.directory d
          JOIN tollgate.enterprise_connection c ON c.id = d.connection_id
          WHERE d.id = t.directory_id AND (d.attribute_mapping -> 'email_address') IS NOT NULL
            AND lower(substring(e.address FROM '[^@]*$') COLLATE "C") = ANY(c.domains))
        THEN json_build_object('object', 'verification_scim', 'status', 'verified',
          'strategy', 'scim', 'attempts', null, 'expire_at', null) END
      """;

  /**
   * Two objects whose texts are joined: a function of Postgres takes a hundred arguments, and
   * jsonb, which could be joined, spells metadata in its own way.
   */
  static final ObjectView USERS =
      new ObjectView(
          "tollgate.app_user",
          """
          left(json_build_object('object', 'user', 'id', t.id, 'external_id', t.external_id,
            'primary_email_address_id', (SELECT %1$s FROM (SELECT t.email_addresses[1]) e (address)
              WHERE e.address IS NOT NULL),
            'primary_phone_number_id', null, 'primary_web3_wallet_id', null,
            'username', t.username, 'first_name', t.first_name, 'last_name', t.last_name,
            'locale', null, 'profile_image_url', '', 'image_url', '', 'has_image', false,
            'public_metadata', t.public_metadata, 'private_metadata', t.private_metadata,
            'unsafe_metadata', t.unsafe_metadata, 'email_addresses', coalesce((
              SELECT json_agg(json_build_object('object', 'email_address', 'id', %1$s,
                'email_address', e.address, 'reserved', false, 'verification', %3$s,
                'linked_to', '[]'::json, 'matches_sso_connection', false, %2$s) ORDER BY e.place)
              FROM unnest(t.email_addresses) WITH ORDINALITY e (address, place)), '[]'))::text, -1)
          || ', ' || substr(json_build_object('phone_numbers', '[]'::json,
            'web3_wallets', '[]'::json, 'passkeys', '[]'::json, 'external_accounts', '[]'::json,
            'saml_accounts', '[]'::json, 'enterprise_accounts', '[]'::json,
            'password_enabled', false, 'password_last_updated_at', null,
            'two_factor_enabled', false, 'totp_enabled', false, 'backup_code_enabled', false,
            'mfa_enabled_at', null, 'mfa_disabled_at', null, 'last_sign_in_at', null,
            'last_active_at', null, 'banned', false, 'locked', false, 'deprovisioned', NOT t.active,
            'lockout_expires_in_seconds', null, 'verification_attempts_remaining', null,
            'delete_self_enabled', false, 'create_organization_enabled', false,
            'create_organizations_limit', null, 'legal_accepted_at', null, %2$s)::text, 2)
          """
              .formatted(EMAIL_ID, TIMES.formatted("t"), VERIFICATION),
          """
          t.id = $1 OR t.external_id = $1 OR strpos(lower(t.username), lower($1)) > 0
            OR strpos(lower(concat_ws(' ', t.first_name, t.last_name)), lower($1)) > 0
            OR EXISTS (SELECT FROM unnest(t.email_addresses) e
              WHERE strpos(lower(e), lower($1)) > 0)
          """,
          Set.of("created_at", "updated_at", "username", "first_name", "last_name"));

  private ObjectViews() {}
}
