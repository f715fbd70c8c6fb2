package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.unboundid.scim2.common.Path;
import com.unboundid.scim2.common.exceptions.ScimException;
import com.unboundid.scim2.common.filters.Filter;
import com.unboundid.scim2.common.types.AttributeDefinition;
import com.unboundid.scim2.common.utils.FilterEvaluator;
import org.jspecify.annotations.Nullable;

/** Whether an element of a list is meant by what stands between brackets. */
final class ElementFilter extends FilterEvaluator {
  private static final AttributeDefinition EXACT =
      new AttributeDefinition.Builder()
          .setName("exact")
          .setType(AttributeDefinition.Type.STRING)
          .setCaseExact(true)
          .build();

  private final @Nullable AttributeType type;

  private ElementFilter(@Nullable AttributeType type) {
    this.type = type;
  }

  /**
   * Tells whether an element is meant.
   *
   * @param type of the elements, which says which of their parts have case; where it is null none
   *     has
   */
  static boolean matches(Filter filter, JsonNode element, @Nullable AttributeType type) {
    try {
      return filter.visit(new ElementFilter(type), element);
    } catch (ScimException e) {
      throw ScimError.invalidFilter("The filter can't compare what stands there: " + filter + ".");
    }
  }

  @Override
  protected @Nullable AttributeDefinition getAttributeDefinition(Path path) {
    return AttributeType.hasCase(type, path.toString()) ? EXACT : null;
  }
}
