package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.unboundid.scim2.common.exceptions.ScimException;
import com.unboundid.scim2.common.filters.Filter;
import com.unboundid.scim2.common.utils.FilterEvaluator;

/** Whether an element of a list is meant by what stands between brackets. */
final class ElementFilter {
  private ElementFilter() {}

  static boolean matches(Filter filter, JsonNode element) {
    try {
      return FilterEvaluator.evaluate(filter, element);
    } catch (ScimException e) {
      throw ScimError.invalidFilter("The filter can't compare what stands there: " + filter + ".");
    }
  }
}
