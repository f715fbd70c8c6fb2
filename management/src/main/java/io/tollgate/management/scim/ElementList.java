package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.unboundid.scim2.common.filters.Filter;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A list of a document while a step changes it. */
final class ElementList {
  private final ArrayNode list;
  private final @Nullable AttributeType type;

  /**
   * Makes the list of what stands in a document.
   *
   * @param type of the elements; null where no schema knows them
   */
  ElementList(ArrayNode list, @Nullable AttributeType type) {
    this.list = list;
    this.type = type;
  }

  /** Adds what is not there yet; what is there by value and type takes on the other parts. */
  void addAll(JsonNode added, String where) {
    Set<JsonNode> primary = primary();
    Map<String, JsonNode> there = new HashMap<>();
    list.forEach(element -> there.putIfAbsent(identity(element), element));
    for (JsonNode element : added.isArray() ? added : List.of(added)) {
      JsonNode copy = element.deepCopy();
      @Nullable JsonNode same = there.putIfAbsent(identity(element), copy);
      if (same == null) {
        list.add(copy);
        Normaliser.checkSize(list, where);
      } else if (same instanceof ObjectNode object && copy instanceof ObjectNode parts) {
        object.setAll(parts);
      }
    }
    keepNewPrimary(primary);
  }

  /** Removes the elements that are those by value, and by type where it is told. */
  void removeAll(JsonNode named) {
    for (JsonNode wanted : named.isArray() ? named : List.of(named)) {
      removeIf(element -> isNamed(element, wanted));
    }
  }

  private static boolean isNamed(JsonNode element, JsonNode wanted) {
    if (!(wanted instanceof ObjectNode object)) {
      return element.equals(wanted) || element.path("value").equals(wanted);
    }
    return object.properties().stream()
        .allMatch(part -> element.path(part.getKey()).equals(part.getValue()));
  }

  /** Removes these very elements, and not others that are equal. */
  void removeAll(Set<JsonNode> elements) {
    removeIf(elements::contains);
  }

  /** Removes elements that say nothing any more but what they would be for. */
  void dropHollow() {
    removeIf(Normaliser::isHollow);
  }

  private void removeIf(Predicate<JsonNode> condition) {
    for (Iterator<JsonNode> rest = list.iterator(); rest.hasNext(); ) {
      if (condition.test(rest.next())) {
        rest.remove();
      }
    }
  }

  Set<JsonNode> matching(Filter filter) {
    Set<JsonNode> matching = identities();
    for (JsonNode element : list) {
      if (ElementFilter.matches(filter, element, type)) {
        matching.add(element);
      }
    }
    return matching;
  }

  Set<JsonNode> primary() {
    Set<JsonNode> primary = identities();
    for (JsonNode element : list) {
      if (element.path("primary").booleanValue()) {
        primary.add(element);
      }
    }
    return primary;
  }

  /** A new preferred element takes that from the one before (RFC 7644, 3.5.2). */
  void keepNewPrimary(Set<JsonNode> before) {
    if (!before.containsAll(primary())) {
      before.forEach(old -> ((ObjectNode) old).remove("primary"));
    }
  }

  private static Set<JsonNode> identities() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  private String identity(JsonNode element) {
    JsonNode value = element.path("value");
    if (!value.isTextual()) {
      return ScimJson.text(element);
    }
    String text = value.textValue();
    String same = AttributeType.hasCase(type, "value") ? text : Folding.fold(text);
    return same + '\0' + Folding.fold(element.path("type").asText());
  }
}
