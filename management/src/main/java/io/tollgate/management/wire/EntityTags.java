package io.tollgate.management.wire;

import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Versions of what is answered, as headers spell them (RFC 9110, section 8.8.3). */
public final class EntityTags {
  public static final String HEADER = "ETag";

  private EntityTags() {}

  public static String of(long version) {
    return of(Long.toString(version));
  }

  public static String of(String version) {
    return "\"" + version + "\"";
  }

  /** Returns which versions a request is about, null where it does not mind. */
  public static @Nullable String ifMatch(RoutingContext exchange) {
    List<String> values = exchange.request().headers().getAll("If-Match");
    return values.isEmpty() ? null : String.join(",", values);
  }

  /**
   * Returns whether a header names the version, or any. Weak tags count as well: what compresses
   * answers on their way makes strong ones weak.
   */
  public static boolean names(String header, String version) {
    for (String part : header.split(",", -1)) {
      String tag = part.strip();
      String bare = tag.startsWith("W/") ? tag.substring(2) : tag;
      if (tag.equals("*") || bare.equals(of(version))) {
        return true;
      }
    }
    return false;
  }
}
