package io.tollgate.management.instance;

import io.tollgate.management.key.Texts;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.management.wire.Seconds;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A secret key that is wanted, in which all is right. Immutable.
 *
 * @param areas in the order given, each once
 * @param lifetimeMillis from its creation on; null is forever
 */
record NewSecretKey(String name, List<String> areas, @Nullable Long lifetimeMillis) {
  private static final String NAME = "name";
  private static final String AREAS = "areas";
  private static final int NAME_MAX = 100;

  /**
   * Reads a body.
   *
   * @throws ApiError naming the member, its value and what was expected
   */
  static NewSecretKey parse(RequestBody body) {
    body.allowOnly(Set.of(NAME, AREAS, Seconds.LIFETIME));
    return new NewSecretKey(name(body.text(NAME)), areas(body), Seconds.lifetimeMillis(body));
  }

  private static String name(String name) {
    Texts.within(NAME, name, 1, NAME_MAX);
    if (name.isBlank()) {
      throw Texts.format(NAME, name, "a text that is not blank");
    }
    return name;
  }

  private static List<String> areas(RequestBody body) {
    if (!body.has(AREAS)) {
      throw ApiError.parameter(
          "form_param_missing", "is missing", AREAS, AREAS + " must be included.");
    }
    List<String> areas = List.copyOf(new LinkedHashSet<>(body.texts(AREAS)));
    for (String area : areas) {
      if (!Area.texts().contains(area)) {
        throw Texts.format(AREAS, area, "some of " + String.join(", ", Area.texts()));
      }
    }
    // Alone it would be a key that opens nothing, which nobody means to make.
    if (areas.stream().allMatch(Area.READ_ONLY::equals)) {
      throw ApiError.parameter(
          "form_param_value_invalid",
          "is invalid",
          AREAS,
          AREAS + " must name what the key opens, one area or more.");
    }
    return areas;
  }
}
