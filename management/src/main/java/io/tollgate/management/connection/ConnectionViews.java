package io.tollgate.management.connection;

import io.tollgate.management.object.ObjectView;
import io.tollgate.management.role.ObjectViews;
import java.util.Set;

/** How connections and what belongs to them are spelled; no token and no secret is among it. */
final class ConnectionViews {
  private static final Set<String> CREATED = Set.of("created_at");

  private static final String TIMES =
      """
      'created_at', tollgate.millis(t.created_at), 'updated_at', tollgate.millis(t.updated_at)
      """;

  /** Of the connection whose id is given. */
  private static final String ATTRIBUTES =
      """
      coalesce((SELECT json_agg(json_build_object('name', a.name, 'key', a.key,
          'sso_path', a.sso_path, 'scim_path', a.directory_path,
          'directory_path', a.directory_path, 'multi_valued', a.multi_valued) ORDER BY a.place)
        FROM tollgate.connection_attribute a WHERE a.connection_id = %s), '[]')
      """;

  static final ObjectView CONNECTIONS =
      new ObjectView(
          "tollgate.enterprise_connection",
          """
          json_build_object('object', 'enterprise_connection', 'id', t.id, 'name', t.name,
            'provider', t.provider, 'logo_public_url', null, 'active', t.active,
            'domains', to_json(t.domains), 'organization_id', t.organization_id,
            'allow_organization_account_linking', t.allow_organization_account_linking,
            'sync_user_attributes', t.sync_user_attributes,
            'disable_additional_identifications', t.disable_additional_identifications,
            'custom_attributes', %1$s,
            'saml_connection', CASE WHEN t.saml IS NOT NULL THEN jsonb_build_object(
              'id', t.id, 'name', coalesce(t.saml -> 'name', to_json(t.name)),
              'idp_entity_id', t.saml -> 'idp_entity_id',
              'idp_sso_url', t.saml -> 'idp_sso_url',
              'idp_certificate', t.saml -> 'idp_certificate',
              'idp_metadata_url', t.saml -> 'idp_metadata_url',
              'idp_metadata', t.saml -> 'idp_metadata',
              'attribute_mapping', coalesce(t.saml -> 'attribute_mapping', '{}'),
              'allow_subdomains', coalesce(t.saml -> 'allow_subdomains', 'false'),
              'allow_idp_initiated', coalesce(t.saml -> 'allow_idp_initiated', 'false'),
              'force_authn', coalesce(t.saml -> 'force_authn', 'false'),
              'acs_url', null, 'sp_entity_id', null, 'sp_metadata_url', null,
              'active', t.active) || CASE WHEN t.saml -> 'login_hint' IS NULL THEN '{}'
                ELSE jsonb_build_object('login_hint', t.saml -> 'login_hint') END END,
            'oauth_config', CASE WHEN t.oidc IS NOT NULL THEN json_build_object(
              'id', t.id, 'name', t.name, 'provider_key', t.provider,
              'client_id', t.oidc -> 'client_id', 'discovery_url', t.oidc -> 'discovery_url',
              'auth_url', t.oidc -> 'auth_url', 'token_url', t.oidc -> 'token_url',
              'user_info_url', t.oidc -> 'user_info_url',
              'requires_pkce', coalesce(t.oidc -> 'requires_pkce', 'false'),
              'logo_public_url', null, %2$s) END,
            %2$s)
          """
              .formatted(ATTRIBUTES.formatted("t.id"), TIMES),
          "t.id = $1 OR strpos(lower(t.name), lower($1)) > 0",
          Set.of("created_at", "name"));

  static final ObjectView DIRECTORIES =
      new ObjectView(
          "tollgate.directory",
          """
          json_build_object('object', 'directory', 'id', t.id, 'name', t.name,
            'enterprise_connection_id', t.connection_id, 'provider', t.provider,
            'enabled', t.enabled, 'group_role_mapping_enabled', t.group_role_mapping_enabled,
            'membership_requires_mapped_group', t.membership_requires_mapped_group,
            'attribute_mapping', t.attribute_mapping, 'custom_attributes', %1$s,
            'recomputing', t.recomputed_to IS NOT NULL OR EXISTS (
              SELECT FROM tollgate.directory_recompute r WHERE r.directory_id = t.id), %2$s)
          """
              .formatted(ATTRIBUTES.formatted("t.connection_id"), TIMES),
          "t.id = $1 OR strpos(lower(t.name), lower($1)) > 0",
          CREATED);

  /** As it is called now; of one that is gone as it was called when it was mapped. */
  private static final String GROUP_NAME =
      """
      coalesce((SELECT g.display_name FROM tollgate.scim_group g
        WHERE g.directory_id = t.directory_id AND g.id = t.group_id), t.group_display_name)
      """;

  /** Of one that is gone it is the last that it had: strict clients can't read null. */
  private static final String GROUP_ID = "coalesce(t.group_id, t.last_group_id, t.id)";

  /**
   * Of one whose group is gone, the groups that may have come in its place: those of its external
   * id, else those of its name.
   */
  private static final String CANDIDATES =
      """
      coalesce((SELECT json_agg(json_build_object('directory_group_id', c.id,
          'directory_group_display_name', c.display_name, 'matched_by', c.matched_by)
          ORDER BY c.created_at, c.id)
        FROM (
          SELECT g.id, g.display_name, g.created_at, g.matched_by FROM (
            SELECT g.id, g.display_name, g.created_at, 'external_id' AS matched_by
            FROM tollgate.scim_group g
            WHERE t.group_id IS NULL AND g.directory_id = t.directory_id
              AND g.external_id = t.group_external_id
            UNION ALL
            SELECT g.id, g.display_name, g.created_at, 'display_name'
            FROM tollgate.scim_group g
            WHERE t.group_id IS NULL AND g.directory_id = t.directory_id
              AND g.display_name_key = t.group_display_name_key
              AND NOT EXISTS (SELECT FROM tollgate.scim_group e
                WHERE e.directory_id = t.directory_id AND e.external_id = t.group_external_id)
          ) g
          WHERE NOT EXISTS (SELECT FROM tollgate.group_role_mapping o
            WHERE o.directory_id = t.directory_id AND o.group_id = g.id)
          ORDER BY g.created_at, g.id LIMIT 10
        ) c), '[]')
      """;

  /** The role's own view calls its row t, too. */
  static final ObjectView MAPPINGS =
      new ObjectView(
          "tollgate.group_role_mapping",
          """
          json_build_object('object', 'directory_group_role_mapping', 'id', t.id,
            'scim_directory_id', t.directory_id, 'directory_id', t.directory_id,
            'scim_group_id', %4$s, 'directory_group_id', %4$s,
            'scim_group_display_name', %3$s, 'directory_group_display_name', %3$s,
            'orphaned', t.group_id IS NULL, 'candidates', %5$s,
            'role', (SELECT %1$s FROM (SELECT t.role_id AS id) wanted
              JOIN tollgate.role t ON t.id = wanted.id),
            'precedence', t.precedence, %2$s)
          """
              .formatted(ObjectViews.ROLES.json(), TIMES, GROUP_NAME, GROUP_ID, CANDIDATES),
          "t.group_id = $1",
          Set.of("created_at", "precedence"));

  static final ObjectView TOKENS =
      new ObjectView(
          "tollgate.directory_token",
          """
          json_build_object('object', 'directory_token', 'id', t.id,
            'directory_id', t.directory_id, 'prefix', t.prefix,
            'created_at', tollgate.millis(t.created_at),
            'expires_at', tollgate.millis(t.expires_at),
            'revoked_at', tollgate.millis(t.revoked_at),
            'last_used_at', tollgate.millis(t.last_used_at),
            'last_used_by', t.last_used_by)
          """,
          "t.prefix = $1",
          CREATED);

  private ConnectionViews() {}
}
