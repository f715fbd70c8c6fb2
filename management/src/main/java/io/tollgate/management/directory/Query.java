package io.tollgate.management.directory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.unboundid.scim2.common.filters.Filter;
import io.tollgate.management.scim.FilterSql;
import io.tollgate.management.scim.Filters;
import io.tollgate.management.scim.Projection;
import io.tollgate.management.scim.ResourceKind;
import io.tollgate.management.scim.Schemas;
import io.tollgate.management.scim.ScimError;
import io.tollgate.management.scim.SortSql;
import io.tollgate.management.scim.SqlCondition;
import io.tollgate.management.scim.Vocabulary;
import io.tollgate.management.wire.ApiError;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is searched for, among resources of one kind, and which part of it is wanted (RFC 7644,
 * section 3.4.2). Immutable.
 *
 * @param filter null where all are
 * @param startIndex 1 is the first
 */
record Query(
    ResourceKind kind,
    Vocabulary vocabulary,
    @Nullable Filter filter,
    @Nullable String sortBy,
    @Nullable String sortOrder,
    long startIndex,
    int count,
    Projection projection) {
  private static final int COUNT_DEFAULT = 100;
  private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,1000}");
  private static final SqlCondition ALL = new SqlCondition("TRUE", List.of());

  /** What a search names, in the query of its path or in its body. */
  interface Source {
    @Nullable String text(String name);
  }

  static Query of(ResourceKind kind, Vocabulary vocabulary, Source source) {
    @Nullable String filter = source.text("filter");
    return new Query(
        kind,
        vocabulary,
        filter == null || filter.isBlank() ? null : Filters.parse(filter, kind, vocabulary),
        source.text("sortBy"),
        source.text("sortOrder"),
        Math.max(1, integer("startIndex", source, 1)),
        Math.clamp(integer("count", source, COUNT_DEFAULT), 0, Schemas.RESULTS_MAX),
        Projection.of(source.text("attributes"), source.text("excludedAttributes")));
  }

  private static long integer(String name, Source source, long absent) {
    @Nullable String text = source.text(name);
    if (text == null || text.isBlank()) {
      return absent;
    }
    if (!INTEGER.matcher(text.strip()).matches()) {
      throw ScimError.invalidValue(
          name + " must be a whole number, was " + ApiError.quote(text) + ".");
    }
    // What is past the end is past the end, however far.
    return new BigInteger(text.strip())
        .min(BigInteger.valueOf(Integer.MAX_VALUE))
        .max(BigInteger.valueOf(Integer.MIN_VALUE))
        .longValue();
  }

  /** Returns what a search names in its body: lists become what they are in a path. */
  static Source ofBody(ObjectNode body) {
    return name -> {
      @Nullable JsonNode member = body.get(name);
      if (member == null || member.isNull()) {
        return null;
      }
      if (!member.isArray()) {
        return scalar(name, member);
      }
      List<String> elements = new ArrayList<>();
      member.forEach(element -> elements.add(scalar(name, element)));
      var joined = new StringJoiner(",");
      elements.forEach(joined::add);
      return joined.toString();
    };
  }

  private static String scalar(String name, JsonNode member) {
    if (!member.isTextual() && !member.isIntegralNumber()) {
      throw ScimError.invalidSyntax(name + " must be a text, a whole number or a list of texts.");
    }
    return member.asText();
  }

  SqlCondition condition(int firstParameter) {
    return filter == null ? ALL : FilterSql.of(filter, kind, firstParameter);
  }

  SqlCondition order(int firstParameter) {
    return SortSql.of(sortBy, sortOrder, kind, vocabulary, firstParameter);
  }

  /** Returns whether a resource is shown with its members, or with its groups. */
  boolean showsLinks() {
    return projection.includes(kind == ResourceKind.USER ? "groups" : "members");
  }
}
