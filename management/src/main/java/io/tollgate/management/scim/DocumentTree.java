package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A document while it is read from a body, member by member. */
final class DocumentTree {
  /** What is passed over in silence: told by the server, made by it, or never kept. */
  private static final Set<String> UNKEPT = Set.of("schemas", "password");

  private final ResourceKind kind;
  private final Vocabulary vocabulary;
  private final Normaliser normaliser = new Normaliser();
  private final ObjectNode tree = JsonNodeFactory.instance.objectNode();
  private Members members = Members.NONE;

  DocumentTree(ResourceKind kind, Vocabulary vocabulary) {
    this.kind = kind;
    this.vocabulary = vocabulary;
  }

  void addAll(ObjectNode body) {
    body.properties().forEach(member -> add(member.getKey(), member.getValue()));
  }

  private void add(String key, JsonNode value) {
    @Nullable AttributeName name = name(key);
    if (name == null) {
      normaliser.drop(key);
    } else if (name.attribute() == null) {
      addWhole(name, value);
    } else {
      addOne(name, key, value);
    }
  }

  private @Nullable AttributeName name(String key) {
    try {
      return AttributeName.parse(key, kind, vocabulary);
    } catch (ScimError e) {
      return null;
    }
  }

  /** A schema's URN with all that it describes. */
  private void addWhole(AttributeName schema, JsonNode value) {
    @Nullable String urn = schema.urn();
    if (value instanceof ObjectNode object) {
      object
          .properties()
          .forEach(
              member ->
                  add(
                      urn == null ? member.getKey() : urn + ":" + member.getKey(),
                      member.getValue()));
    } else if (!value.isNull()) {
      throw ScimError.invalidValue(
          (urn == null ? kind.schema() : urn)
              + " must be an object, was "
              + Normaliser.shown(value)
              + ".");
    }
  }

  private void addOne(AttributeName name, String key, JsonNode value) {
    @Nullable AttributeType type = name.type();
    if (type == null || name.target() == null) {
      normaliser.drop(key);
    } else if (kind == ResourceKind.GROUP && type.name().equals("members")) {
      members = Members.read(value);
    } else if (!type.readOnly() && !UNKEPT.contains(type.name())) {
      put(name, type, value);
    }
  }

  private void put(AttributeName name, AttributeType type, JsonNode value) {
    ObjectNode parent = name.urn() == null ? tree : child(tree, name.urn());
    JsonNode given = value;
    @Nullable String sub = name.sub();
    if (sub != null) {
      given = JsonNodeFactory.instance.objectNode().set(sub, value);
    }
    @Nullable JsonNode clean = normaliser.value(type, given, name.toString());
    if (clean == null) {
      return;
    }
    JsonNode before = AttributePath.member(parent, type.name());
    if (sub != null && before instanceof ObjectNode object && clean instanceof ObjectNode part) {
      object.setAll(part);
    } else if (!before.isMissingNode()) {
      throw ScimError.invalidSyntax(name + " is named twice.");
    } else {
      parent.set(type.name(), clean);
    }
  }

  private static ObjectNode child(ObjectNode parent, String name) {
    return parent.get(name) instanceof ObjectNode object ? object : parent.putObject(name);
  }

  /** Returns the document, which begins with the schemas that it speaks. */
  ObjectNode finished() {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ArrayNode schemas = document.putArray("schemas").add(kind.schema());
    tree.properties()
        .forEach(
            member -> {
              boolean extension = vocabulary.extension(member.getKey()).isPresent();
              if (extension && !member.getValue().isEmpty()) {
                schemas.add(member.getKey());
              }
              if (!extension || !member.getValue().isEmpty()) {
                document.set(member.getKey(), member.getValue());
              }
            });
    return document;
  }

  Members members() {
    return members;
  }

  List<String> dropped() {
    return normaliser.dropped();
  }
}
