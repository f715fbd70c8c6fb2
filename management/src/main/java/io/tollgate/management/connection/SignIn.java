package io.tollgate.management.connection;

import io.tollgate.management.key.Texts;
import io.tollgate.management.object.Fields;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How people of a connection sign in, which is only kept here for whoever does it: SAML or OIDC.
 *
 * <p>A client's secret is taken, and not kept: nothing here signs anybody in, and what is not there
 * can't be lost.
 */
final class SignIn {
  static final String SAML = "saml";
  static final String OIDC = "oidc";

  private static final String ATTRIBUTE_MAPPING = "attribute_mapping";
  private static final String CLIENT_SECRET = "client_secret";
  private static final String LOGIN_HINT = "login_hint";
  private static final String MODE = "mode";
  private static final String SOURCE = "source";
  private static final String BY_ATTRIBUTE = "custom_attribute";
  private static final List<String> MODES = List.of("email_address", BY_ATTRIBUTE, "off");
  private static final int SOURCE_MAX = 128;
  private static final int URL_MAX = 2_048;
  private static final int DOCUMENT_MAX = 32 * 1024;
  private static final int TEXT_MAX = 1_024;

  /** By member how long its text may be. */
  private static final Map<String, Integer> SAML_TEXTS =
      new TreeMap<>(
          Map.of(
              "idp_entity_id", TEXT_MAX,
              "idp_sso_url", URL_MAX,
              "idp_certificate", DOCUMENT_MAX,
              "idp_metadata_url", URL_MAX,
              "idp_metadata", DOCUMENT_MAX));

  private static final Map<String, Integer> OIDC_TEXTS =
      new TreeMap<>(
          Map.of(
              "client_id", TEXT_MAX,
              "discovery_url", URL_MAX,
              "auth_url", URL_MAX,
              "token_url", URL_MAX,
              "user_info_url", URL_MAX));

  private static final Set<String> SAML_FLAGS =
      Set.of("allow_subdomains", "allow_idp_initiated", "force_authn");

  private static final Set<String> OIDC_FLAGS = Set.of("requires_pkce");

  private static final Map<String, Integer> MAPPED =
      new TreeMap<>(
          Map.of(
              "user_id", TEXT_MAX,
              "email_address", TEXT_MAX,
              "first_name", TEXT_MAX,
              "last_name", TEXT_MAX));

  private SignIn() {}

  /**
   * Returns what a body says of it, null for members that are to go; null where it says nothing.
   *
   * @param kind {@link #SAML} or {@link #OIDC}
   */
  static @Nullable JsonObject parse(RequestBody body, String kind) {
    if (!body.hasValue(kind)) {
      return null;
    }
    RequestBody part = body.part(kind);
    boolean isSaml = kind.equals(SAML);
    JsonObject json =
        read(part, isSaml ? SAML_TEXTS : OIDC_TEXTS, isSaml ? SAML_FLAGS : OIDC_FLAGS, isSaml);
    if (!isSaml && part.hasValue(CLIENT_SECRET)) {
      checkSecret(part.named(CLIENT_SECRET), part.text(CLIENT_SECRET));
    }
    return json;
  }

  /** Without a word of it. */
  private static void checkSecret(String member, String secret) {
    if (secret.isEmpty() || secret.length() > TEXT_MAX) {
      throw ApiError.parameter(
          "form_param_value_invalid",
          "is invalid",
          member,
          member + " must have 1 to " + TEXT_MAX + " characters, had " + secret.length() + ".");
    }
  }

  private static JsonObject read(
      RequestBody part, Map<String, Integer> texts, Set<String> flags, boolean isSaml) {
    Set<String> known = new HashSet<>(texts.keySet());
    known.addAll(flags);
    known.addAll(
        isSaml ? Set.of(ATTRIBUTE_MAPPING, Fields.NAME, LOGIN_HINT) : Set.of(CLIENT_SECRET));
    part.allowOnly(known);
    JsonObject json = texts(part, texts);
    for (String flag : flags) {
      if (part.has(flag)) {
        json.put(flag, part.hasValue(flag) && part.flag(flag));
      }
    }
    if (isSaml) {
      readSaml(part, json);
    }
    return json;
  }

  private static void readSaml(RequestBody part, JsonObject json) {
    if (part.hasValue(ATTRIBUTE_MAPPING)) {
      RequestBody mapping = part.part(ATTRIBUTE_MAPPING);
      mapping.allowOnly(MAPPED.keySet());
      json.put(ATTRIBUTE_MAPPING, texts(mapping, MAPPED));
    }
    if (part.has(Fields.NAME)) {
      json.put(Fields.NAME, Fields.nameOrNull(part));
    }
    if (part.has(LOGIN_HINT)) {
      json.put(LOGIN_HINT, part.hasValue(LOGIN_HINT) ? loginHint(part.part(LOGIN_HINT)) : null);
    }
  }

  /** All of it, so that no source stays behind of a mode before. */
  private static JsonObject loginHint(RequestBody part) {
    part.allowOnly(Set.of(MODE, SOURCE));
    String mode = part.text(MODE);
    if (!MODES.contains(mode)) {
      throw Fields.notOneOf(part.named(MODE), mode, "one of " + String.join(", ", MODES));
    }
    @Nullable String source = part.textOrNull(SOURCE);
    if (source == null && mode.equals(BY_ATTRIBUTE)) {
      throw part.missing(SOURCE);
    }
    return new JsonObject()
        .put(MODE, mode)
        .put(
            SOURCE,
            source == null ? null : Texts.within(part.named(SOURCE), source, 1, SOURCE_MAX));
  }

  private static JsonObject texts(RequestBody part, Map<String, Integer> texts) {
    var json = new JsonObject();
    texts.forEach(
        (member, max) -> {
          if (part.has(member)) {
            @Nullable String text = part.textOrNull(member);
            json.put(member, text == null ? null : Texts.within(part.named(member), text, 0, max));
          }
        });
    return json;
  }

  /** Refuses what is of the other kind than the provider. */
  static void checkKind(String provider, @Nullable JsonObject saml, @Nullable JsonObject oidc) {
    String other = provider.startsWith(SAML) ? OIDC : SAML;
    if ((provider.startsWith(SAML) ? oidc : saml) != null) {
      throw ApiError.parameter(
          "form_param_value_invalid",
          "is invalid",
          other,
          other + " must be left out, since the provider is " + provider + ".");
    }
  }

  /** Returns what is kept with what is said merged into it; null takes a member away. */
  static JsonObject merged(JsonObject kept, JsonObject said) {
    JsonObject merged = kept.copy();
    said.forEach(
        member -> {
          if (member.getValue() == null) {
            merged.remove(member.getKey());
          } else if (member.getValue() instanceof JsonObject inner) {
            merged.put(
                member.getKey(),
                merged(merged.getJsonObject(member.getKey(), new JsonObject()), inner));
          } else {
            merged.put(member.getKey(), member.getValue());
          }
        });
    return merged;
  }
}
