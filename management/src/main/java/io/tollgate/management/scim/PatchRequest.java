package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.unboundid.scim2.common.filters.Filter;
import com.unboundid.scim2.common.filters.FilterType;
import io.tollgate.management.wire.ApiError;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A PATCH in plain steps, whatever the provider's way to say them: with a path or without, with
 * names that have points, in capitals, with "" for nothing. Immutable.
 *
 * @param steps to be done in order
 * @param dropped the names of what was left out since nobody here knows it, each in quotes
 */
public record PatchRequest(List<PatchStep> steps, List<String> dropped) {
  private static final int OPERATIONS_MAX = 1_000;
  private static final int STEPS_MAX = 2_000;

  private static final String SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

  public PatchRequest {
    steps = List.copyOf(steps);
    dropped = List.copyOf(dropped);
  }

  /** Reads a PATCH of the standard's attributes. */
  public static PatchRequest parse(ObjectNode body, ResourceKind kind) {
    return parse(body, kind, Vocabulary.STANDARD);
  }

  /**
   * Reads a PATCH.
   *
   * @throws ScimError a 400 that names what is wrong
   */
  public static PatchRequest parse(ObjectNode body, ResourceKind kind, Vocabulary vocabulary) {
    checkSchema(AttributePath.member(body, "schemas"));
    JsonNode operations = AttributePath.member(body, "Operations");
    if (!operations.isArray() || operations.isEmpty()) {
      throw ScimError.invalidSyntax("Operations must be a list of one operation at least.");
    }
    if (operations.size() > OPERATIONS_MAX) {
      throw ScimError.tooMany(
          "A PATCH may have " + OPERATIONS_MAX + " operations, has " + operations.size() + ".");
    }
    var reader = new Reader(kind, vocabulary);
    operations.forEach(reader::read);
    return new PatchRequest(reader.steps, reader.normaliser.dropped());
  }

  private static void checkSchema(JsonNode schemas) {
    if (schemas.isMissingNode()) {
      return;
    }
    for (JsonNode schema : schemas) {
      if (schema.asText().equalsIgnoreCase(SCHEMA)) {
        return;
      }
    }
    throw ScimError.invalidSyntax("schemas must name " + SCHEMA + ".");
  }

  /** Reads operations one after the other, and gathers their steps. */
  private static final class Reader {
    private final ResourceKind kind;
    private final Vocabulary vocabulary;
    private final Normaliser normaliser = new Normaliser();
    private final List<PatchStep> steps = new ArrayList<>();

    Reader(ResourceKind kind, Vocabulary vocabulary) {
      this.kind = kind;
      this.vocabulary = vocabulary;
    }

    void read(JsonNode node) {
      JsonNode name = AttributePath.member(node, "op");
      @Nullable PatchOperation operation = PatchOperation.find(name.textValue());
      if (operation == null) {
        throw ScimError.invalidSyntax(
            "op must be add, replace or remove, was " + Normaliser.shown(name) + ".");
      }
      JsonNode path = AttributePath.member(node, "path");
      JsonNode value = AttributePath.member(node, "value");
      if (operation != PatchOperation.REMOVE && value.isMissingNode()) {
        throw ScimError.invalidValue("value is required where op is add or replace.");
      }
      if (path.isMissingNode() || path.isNull() || path.asText().isBlank()) {
        withoutPath(operation, value);
      } else if (path.isTextual()) {
        withPath(operation, path.textValue(), value);
      } else {
        throw ScimError.invalidPath("path must be a text, was " + Normaliser.shown(path) + ".");
      }
    }

    private void withoutPath(PatchOperation operation, JsonNode value) {
      if (operation == PatchOperation.REMOVE) {
        throw ScimError.noTarget("path is required where op is remove.");
      }
      if (!(value instanceof ObjectNode object)) {
        throw ScimError.invalidValue(
            "value must be an object where there is no path, was " + Normaliser.shown(value) + ".");
      }
      for (Map.Entry<String, JsonNode> member : object.properties()) {
        member(operation, member.getKey(), member.getValue());
      }
    }

    /** A member of an object is as good as a path; but what is not ours to write is passed over. */
    private void member(PatchOperation operation, String key, JsonNode value) {
      @Nullable ScimPath path = pathOrNull(key);
      if (path == null) {
        normaliser.drop(key);
      } else if (path.name().attribute() == null) {
        whole(operation, path.name(), value);
      } else if (!path.isKnown()) {
        dropUnlessActive(path.name(), key);
      } else if (isWritable(path.name())) {
        step(operation, path, value);
      }
    }

    /** As in a document: an end of somebody's access may stand in the operation beside it. */
    private void dropUnlessActive(AttributeName name, String text) {
      if (isActive(name)) {
        throw ScimError.invalidPath(
            "active has no parts: the path must be active, was " + ApiError.quote(text) + ".");
      }
      normaliser.drop(text);
    }

    private @Nullable ScimPath pathOrNull(String key) {
      try {
        return ScimPath.parse(key, kind, vocabulary);
      } catch (ScimError e) {
        return null;
      }
    }

    private void withPath(PatchOperation operation, String text, JsonNode value) {
      ScimPath path = ScimPath.parse(text, kind, vocabulary);
      AttributeName name = path.name();
      if (name.attribute() == null) {
        whole(operation, name, value);
        return;
      }
      if (!path.isKnown()) {
        dropUnlessActive(name, text);
        return;
      }
      if (isToldByServer(name)) {
        throw ScimError.mutability(name + " can't be written: the server tells it.");
      }
      if (isWritable(name)) {
        step(operation, path, value);
      }
    }

    /** An extension as a whole, or all of the resource. */
    private void whole(PatchOperation operation, AttributeName name, JsonNode value) {
      @Nullable String urn = name.urn();
      if (urn != null && vocabulary.extension(urn).isEmpty()) {
        normaliser.drop(urn);
      } else if (value instanceof ObjectNode object && operation != PatchOperation.REMOVE) {
        for (Map.Entry<String, JsonNode> member : object.properties()) {
          String key = member.getKey();
          member(operation, urn == null ? key : urn + ":" + key, member.getValue());
        }
      } else if (urn != null
          && (operation == PatchOperation.REMOVE || Normaliser.isNothing(value))) {
        add(new DocumentStep(PatchOperation.REMOVE, new ScimPath(name, null), null, List.of()));
      } else {
        throw ScimError.noTarget("path must name an attribute.");
      }
    }

    private static boolean isToldByServer(AttributeName name) {
      @Nullable AttributeType target = name.target();
      return (name.type() != null && name.type().readOnly() && !"schemas".equals(name.attribute()))
          || (target != null && target.readOnly() && !"schemas".equals(name.attribute()));
    }

    private static boolean isWritable(AttributeName name) {
      boolean unkept = "schemas".equals(name.attribute()) || "password".equals(name.attribute());
      return !isToldByServer(name) && !(unkept && name.urn() == null);
    }

    private void step(PatchOperation operation, ScimPath path, JsonNode value) {
      if (kind == ResourceKind.GROUP && "members".equals(path.name().attribute())) {
        add(members(operation, path, value));
      } else {
        DocumentStep step = DocumentStep.read(operation, path, value, normaliser);
        if (step.isRemoval() && isActive(path.name())) {
          throw unclear(operation, value);
        }
        add(step);
      }
    }

    private static boolean isActive(AttributeName name) {
      return name.urn() == null && "active".equals(name.attribute());
    }

    /** To pass over it would leave somebody active whom his provider takes for gone. */
    private static ScimError unclear(PatchOperation operation, JsonNode value) {
      return ScimError.invalidValue(
          operation == PatchOperation.REMOVE
              ? "active can't be removed: it must be true or false."
              : "active must be true or false, was " + Normaliser.shown(value) + ".");
    }

    private static MembersStep members(PatchOperation operation, ScimPath path, JsonNode value) {
      if (path.name().sub() != null) {
        throw ScimError.mutability(
            path.name() + " can't be written: a member is added or removed as a whole.");
      }
      @Nullable Filter filter = path.filter();
      if (filter != null) {
        if (operation != PatchOperation.REMOVE) {
          throw ScimError.invalidPath("members[…] can only be removed.");
        }
        Set<String> ids = new LinkedHashSet<>();
        ids(filter, ids);
        return new MembersStep(MembersStep.Action.REMOVE, new Members(List.copyOf(ids), List.of()));
      }
      if (operation == PatchOperation.REMOVE) {
        // RFC 7644 has no value here, and all go. Entra names in it those who go: they alone.
        boolean all = value.isMissingNode() || value.isNull();
        return all
            ? new MembersStep(MembersStep.Action.REPLACE, Members.NONE)
            : new MembersStep(MembersStep.Action.REMOVE, Members.read(value));
      }
      MembersStep.Action action =
          operation == PatchOperation.ADD ? MembersStep.Action.ADD : MembersStep.Action.REPLACE;
      return new MembersStep(action, Members.read(value));
    }

    private static void ids(Filter filter, Set<String> ids) {
      if (filter.getFilterType() == FilterType.OR) {
        FilterNode.parts(filter).forEach(part -> ids(part, ids));
      } else if (filter.getFilterType() == FilterType.EQUAL
          && FilterNode.path(filter).toString().equals("value")) {
        ids.add(FilterNode.value(filter).asText());
      } else {
        throw ScimError.invalidFilter(
            "Members can only be chosen by members[value eq \"<id>\"], was "
                + ApiError.quote(filter.toString())
                + ".");
      }
    }

    private void add(PatchStep step) {
      steps.add(step);
      if (steps.size() > STEPS_MAX) {
        throw ScimError.tooMany("A PATCH may change " + STEPS_MAX + " attributes.");
      }
    }
  }
}
