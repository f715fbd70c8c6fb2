package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.unboundid.scim2.common.filters.Filter;
import com.unboundid.scim2.common.filters.FilterType;
import io.tollgate.management.wire.ApiError;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A change of a document, in the spelling of {@link ScimDocument}. Immutable. */
public final class DocumentStep implements PatchStep {
  private final PatchOperation operation;
  private final ScimPath path;

  /** As the attribute keeps it; null where it is to be nothing. */
  private final @Nullable JsonNode value;

  /** The parts of an object that are to be nothing. */
  private final List<String> cleared;

  DocumentStep(
      PatchOperation operation, ScimPath path, @Nullable JsonNode value, List<String> cleared) {
    this.operation = operation;
    this.path = path;
    this.value = value;
    this.cleared = List.copyOf(cleared);
  }

  /**
   * Reads a step.
   *
   * @param path to an attribute that the schemas know
   * @throws ScimError a 400 invalidValue
   */
  static DocumentStep read(
      PatchOperation operation, ScimPath path, JsonNode given, Normaliser normaliser) {
    if (given.isMissingNode()) {
      return new DocumentStep(operation, path, null, List.of());
    }
    AttributeType target = Objects.requireNonNull(path.name().target());
    boolean element = path.filter() != null && path.name().sub() == null;
    String where = path.name().toString();
    @Nullable JsonNode value =
        element ? normaliser.element(target, given, where) : normaliser.value(target, given, where);
    List<String> cleared = new ArrayList<>();
    JsonNode object = given.isArray() && given.size() == 1 ? given.get(0) : given;
    boolean single = element || !target.multiValued();
    if (single && object instanceof ObjectNode) {
      for (var member : object.properties()) {
        @Nullable AttributeType part = target.part(member.getKey());
        boolean kept = part != null && value != null && value.has(part.name());
        if (part != null && !part.readOnly() && !kept) {
          cleared.add(part.name());
        }
      }
    }
    return new DocumentStep(operation, path, value, cleared);
  }

  /**
   * Changes a document.
   *
   * @throws ScimError a 400 noTarget where it has nothing that the path means; the document is not
   *     to be used any more then
   */
  public void applyTo(ObjectNode document) {
    @Nullable String urn = path.name().urn();
    @Nullable String attribute = path.name().attribute();
    if (attribute == null) {
      document.remove(Objects.requireNonNull(urn));
      return;
    }
    ObjectNode parent = document;
    if (urn != null) {
      parent =
          document.get(urn) instanceof ObjectNode extension ? extension : document.putObject(urn);
    }
    if (path.filter() != null) {
      applyToElements(parent, attribute, path.filter());
    } else if (path.name().sub() != null) {
      applyToPart(parent, attribute, path.name().sub());
    } else {
      applyToWhole(parent, attribute);
    }
    if (urn != null && parent.isEmpty()) {
      document.remove(urn);
    }
  }

  /** Tells whether nothing is to be left of what is aimed at. */
  boolean isRemoval() {
    return operation == PatchOperation.REMOVE || (value == null && cleared.isEmpty());
  }

  private ElementList elements(ArrayNode list) {
    return new ElementList(list, path.name().type());
  }

  private void applyToWhole(ObjectNode parent, String attribute) {
    @Nullable JsonNode before = parent.get(attribute);
    if (isRemoval()) {
      if (value != null && before instanceof ArrayNode list) {
        // As with members, those are named that go.
        elements(list).removeAll(value);
        dropIfEmpty(parent, attribute);
      } else {
        parent.remove(attribute);
      }
    } else if (before instanceof ObjectNode object && (value == null || value.isObject())) {
      merge(object);
      dropIfEmpty(parent, attribute);
    } else if (before instanceof ArrayNode list && operation == PatchOperation.ADD) {
      elements(list).addAll(Objects.requireNonNull(value), path.name().toString());
    } else if (value != null) {
      parent.set(attribute, value.deepCopy());
    }
  }

  /** A manager that is said by an id alone is another one, of whom nothing else is known yet. */
  private void merge(ObjectNode object) {
    if (value != null && value.size() == 1 && value.has("value") && changes(object)) {
      object.removeAll();
    }
    object.remove(cleared);
    if (value instanceof ObjectNode parts) {
      object.setAll(parts.deepCopy());
    }
  }

  private boolean changes(ObjectNode object) {
    return value != null && !object.path("value").equals(value.path("value"));
  }

  private void applyToPart(ObjectNode parent, String attribute, String part) {
    @Nullable JsonNode before = parent.get(attribute);
    if (before instanceof ArrayNode list) {
      for (JsonNode element : list) {
        setPart(element, part);
      }
      elements(list).dropHollow();
      dropIfEmpty(parent, attribute);
    } else if (before instanceof ObjectNode object) {
      setPart(object, part);
      dropIfEmpty(parent, attribute);
    } else if (!isRemoval()) {
      ObjectNode created = JsonNodeFactory.instance.objectNode();
      setPart(created, part);
      boolean list = path.name().type() != null && path.name().type().multiValued();
      parent.set(attribute, list ? JsonNodeFactory.instance.arrayNode().add(created) : created);
    }
  }

  private void setPart(JsonNode element, String part) {
    if (!(element instanceof ObjectNode object)) {
      return;
    }
    if (isRemoval()) {
      object.remove(part);
    } else if (value != null) {
      object.set(part, value.deepCopy());
    }
  }

  private void applyToElements(ObjectNode parent, String attribute, Filter filter) {
    @Nullable JsonNode before = parent.get(attribute);
    ArrayNode list =
        before instanceof ArrayNode array ? array : JsonNodeFactory.instance.arrayNode();
    if (before instanceof ObjectNode only) {
      list.add(only);
    }
    var elements = elements(list);
    Set<JsonNode> primary = elements.primary();
    Set<JsonNode> meant = elements.matching(filter);
    if (isRemoval()) {
      remove(elements, meant);
    } else if (meant.isEmpty()) {
      list.add(change(created(filter)));
      parent.set(attribute, list);
    } else {
      meant.forEach(this::change);
    }
    elements.dropHollow();
    elements.keepNewPrimary(primary);
    if (list.isEmpty()) {
      parent.remove(attribute);
    }
  }

  private void remove(ElementList elements, Set<JsonNode> meant) {
    @Nullable String part = path.name().sub();
    if (part == null) {
      elements.removeAll(meant);
    } else {
      meant.forEach(element -> setPart(element, part));
    }
  }

  private JsonNode change(JsonNode element) {
    @Nullable String part = path.name().sub();
    if (part != null) {
      setPart(element, part);
    } else if (element instanceof ObjectNode object) {
      object.remove(cleared);
      if (value instanceof ObjectNode parts) {
        object.setAll(parts.deepCopy());
      }
    }
    return element;
  }

  /** Returns the element that a filter describes, as Entra expects of {@code [type eq "work"]}. */
  private ObjectNode created(Filter filter) {
    ObjectNode element = JsonNodeFactory.instance.objectNode();
    boolean described = describe(filter, element);
    if (!described || (operation == PatchOperation.REPLACE && element.has("value"))) {
      throw ScimError.noTarget(
          "No value of "
              + path.name().attribute()
              + " matches "
              + ApiError.quote(filter.toString())
              + ".");
    }
    return element;
  }

  private static boolean describe(Filter filter, ObjectNode element) {
    if (filter.getFilterType() == FilterType.AND) {
      return FilterNode.parts(filter).stream().allMatch(part -> describe(part, element));
    }
    if (filter.getFilterType() != FilterType.EQUAL) {
      return false;
    }
    element.set(FilterNode.path(filter).toString(), FilterNode.value(filter));
    return true;
  }

  private static void dropIfEmpty(ObjectNode parent, String attribute) {
    @Nullable JsonNode value = parent.get(attribute);
    if (value != null && value.isContainerNode() && value.isEmpty()) {
      parent.remove(attribute);
    }
  }
}
