package io.tollgate.management.plan;

import io.tollgate.management.key.Texts;
import io.tollgate.management.object.Fields;
import io.tollgate.management.wire.RequestBody;
import io.vertx.sqlclient.Row;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a plan is called and offered as, which changes without a new version. Immutable.
 *
 * @param isDefault whether payers have it who subscribed to nothing
 * @param features all that it is to have; null is as it is
 */
record Offer(
    String name,
    String slug,
    @Nullable String description,
    @Nullable String avatarUrl,
    boolean isDefault,
    boolean isVisible,
    @Nullable List<Feature> features) {
  static final String SLUG = "slug";

  private static final String AVATAR = "avatar_url";
  private static final String DEFAULT = "is_default";
  private static final String VISIBLE = "publicly_visible";

  private static final int URL_MAX = 2_048;
  private static final int SLUG_MAX = 128;
  private static final Pattern SLUG_SHAPE = Pattern.compile("[a-z0-9_-]{1," + SLUG_MAX + "}");

  /** The names of its members in requests. */
  static final Set<String> MEMBERS =
      Set.of(Fields.NAME, SLUG, Fields.DESCRIPTION, AVATAR, DEFAULT, VISIBLE, Feature.FEATURES);

  /** Reads a new plan's. */
  static Offer parse(RequestBody body) {
    String name = Fields.name(body);
    String slug = body.has(SLUG) ? slug(SLUG, body.text(SLUG)) : slugOf(SLUG, name);
    return parse(body, new Offer(name, slug, null, null, false, true, List.of()));
  }

  /** Reads what a body names; the rest is as before. */
  static Offer parse(RequestBody body, Offer before) {
    return new Offer(
        body.has(Fields.NAME) ? Fields.name(body) : before.name,
        body.has(SLUG) ? slug(SLUG, body.text(SLUG)) : before.slug,
        body.has(Fields.DESCRIPTION) ? Fields.description(body) : before.description,
        body.has(AVATAR) ? url(body) : before.avatarUrl,
        body.has(DEFAULT) ? body.flag(DEFAULT) : before.isDefault,
        body.has(VISIBLE) ? body.flag(VISIBLE) : before.isVisible,
        body.has(Feature.FEATURES) ? Feature.parse(body) : before.features);
  }

  /** Reads a row of the table of plans. */
  static Offer of(Row row) {
    return new Offer(
        row.getString(Fields.NAME),
        row.getString(SLUG),
        row.getString(Fields.DESCRIPTION),
        row.getString(AVATAR),
        row.getBoolean(DEFAULT),
        row.getBoolean(VISIBLE),
        null);
  }

  static String slug(String member, String slug) {
    if (!SLUG_SHAPE.matcher(slug).matches()) {
      throw Texts.format(
          member,
          slug,
          "1 to " + SLUG_MAX + " lower-case letters, digits, hyphens and underscores");
    }
    return slug;
  }

  /** Makes one of a name. */
  static String slugOf(String member, String name) {
    String words = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String slug = words.substring(0, Math.min(words.length(), SLUG_MAX)).replaceAll("^-|-$", "");
    return slug(member, slug);
  }

  private static @Nullable String url(RequestBody body) {
    @Nullable String text = body.textOrNull(AVATAR);
    if (text == null) {
      return null;
    }
    Texts.within(AVATAR, text, 1, URL_MAX);
    try {
      URI url = new URI(text);
      if (url.getHost() != null && Set.of("http", "https").contains(url.getScheme())) {
        return text;
      }
    } catch (URISyntaxException e) {
      // Told below, as what is well-formed and leads elsewhere.
    }
    throw Texts.format(AVATAR, text, "an address that begins with https:// or http://");
  }
}
