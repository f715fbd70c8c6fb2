package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.unboundid.scim2.common.Path;
import com.unboundid.scim2.common.exceptions.ScimException;
import com.unboundid.scim2.common.filters.ComplexValueFilter;
import com.unboundid.scim2.common.filters.Filter;
import com.unboundid.scim2.common.types.AttributeDefinition;
import com.unboundid.scim2.common.utils.FilterEvaluator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the library finds, told which attributes have case. */
final class InMemory extends FilterEvaluator {
  private static final Set<String> EXACT =
      Set.of("id", "externalId", "meta.resourceType", "groups.value", "members.value");

  private static final AttributeDefinition WITH_CASE =
      new AttributeDefinition.Builder()
          .setName("exact")
          .setType(AttributeDefinition.Type.STRING)
          .setCaseExact(true)
          .build();

  /** Before the names within brackets. */
  private String within = "";

  static boolean matches(Filter filter, JsonNode document) {
    try {
      return filter.visit(new InMemory(), document);
    } catch (ScimException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Boolean visit(ComplexValueFilter filter, JsonNode object) throws ScimException {
    within = filter.getAttributePath() + ".";
    boolean matches = super.visit(filter, object);
    within = "";
    return matches;
  }

  @Override
  protected @Nullable AttributeDefinition getAttributeDefinition(Path path) {
    return EXACT.contains(within + path) ? WITH_CASE : null;
  }
}
