package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.unboundid.scim2.common.filters.Filter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where in a user's document a mapped attribute is read from, in either spelling: that of GJSON
 * ({@code emails.0.value}, {@code urn:…:User.department}) and that of SCIM ({@code addresses[type
 * eq "work"].country}, {@code urn:…:User:department}). Immutable.
 */
public final class AttributePath {
  /** One step down. */
  sealed interface Step {
    /** To a member, in any case; of a list, to that of each element. */
    record Member(String name) implements Step {}

    /** To one element. */
    record At(int index) implements Step {}

    /** To each element. */
    record Each() implements Step {}

    /** To the first element that matches. */
    record First(Filter filter) implements Step {}
  }

  private final @Nullable String urn;
  private final List<Step> steps;

  AttributePath(@Nullable String urn, List<Step> steps) {
    this.urn = urn;
    this.steps = List.copyOf(steps);
  }

  /**
   * Reads a path.
   *
   * @throws ScimError a 400 invalidPath that says what a path is
   */
  public static AttributePath parse(String path) {
    return new AttributePathParser(path, Vocabulary.STANDARD).path();
  }

  /** Returns the path, empty where it is none. */
  static Optional<AttributePath> find(String path, Vocabulary vocabulary) {
    try {
      return Optional.of(new AttributePathParser(path, vocabulary).path());
    } catch (ScimError e) {
      return Optional.empty();
    }
  }

  /**
   * Returns what stands at a path of a document, a missing node where nothing does.
   *
   * @throws ScimError a 400 invalidPath where it is no path
   */
  public static JsonNode read(ObjectNode document, String path) {
    return parse(path).read(document);
  }

  /** Returns what stands there in a document, a missing node where nothing does. */
  public JsonNode read(ObjectNode document) {
    JsonNode start = urn == null ? document : member(document, urn);
    return read(start, 0);
  }

  private JsonNode read(JsonNode node, int depth) {
    if (depth == steps.size() || node.isMissingNode()) {
      return node;
    }
    return switch (steps.get(depth)) {
      case Step.Member step ->
          node.isArray() ? each(node, depth) : read(member(node, step.name()), depth + 1);
      case Step.At step -> read(at(node, step.index()), depth + 1);
      case Step.Each step -> each(node, depth + 1);
      case Step.First step -> read(matching(node, step.filter()), depth + 1);
    };
  }

  /** Someone may write a list where one value stands. */
  private static JsonNode at(JsonNode node, int index) {
    if (node.isArray()) {
      return node.path(index);
    }
    JsonNode named = member(node, Integer.toString(index));
    return named.isMissingNode() && index == 0 ? node : named;
  }

  private JsonNode each(JsonNode node, int depth) {
    if (!node.isArray()) {
      return read(node, depth);
    }
    ArrayNode found = JsonNodeFactory.instance.arrayNode();
    for (JsonNode element : node) {
      JsonNode value = element.isArray() ? MissingNode.getInstance() : read(element, depth);
      if (!value.isMissingNode()) {
        found.add(value);
      }
    }
    return found.isEmpty() ? MissingNode.getInstance() : found;
  }

  private static JsonNode matching(JsonNode node, Filter filter) {
    for (JsonNode element : node.isArray() ? node : List.of(node)) {
      if (ElementFilter.matches(filter, element, null)) {
        return element;
      }
    }
    return MissingNode.getInstance();
  }

  /** Returns a member by its name, in any case. */
  static JsonNode member(JsonNode node, String name) {
    JsonNode exact = node.path(name);
    if (!exact.isMissingNode() || !(node instanceof ObjectNode object)) {
      return exact;
    }
    return object.properties().stream()
        .filter(member -> member.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(MissingNode.getInstance());
  }

  /** Returns the URN of the extension that it leads into, null where it is none. */
  @Nullable String urn() {
    return urn;
  }

  /** Returns the attribute that it leads to or into; null where it is a whole extension. */
  @Nullable String attribute() {
    return !steps.isEmpty() && steps.getFirst() instanceof Step.Member first ? first.name() : null;
  }
}
