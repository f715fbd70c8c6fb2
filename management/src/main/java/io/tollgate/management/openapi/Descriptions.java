package io.tollgate.management.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The descriptions of all endpoints, from the resources of this package.
 *
 * @param head what stands in the document before its paths
 * @param operations by the names of their endpoints
 * @param schemas by their names, as JSON Schema 2020-12
 */
record Descriptions(
    Map<String, Object> head, Map<String, Object> operations, Map<String, Object> schemas) {
  private static final List<String> AREAS =
      List.of(
          "keys",
          "import",
          "roles",
          "role-sets",
          "plans",
          "directory",
          "connections",
          "instance",
          "billing");

  static Descriptions read() {
    Map<String, Object> operations = new LinkedHashMap<>();
    Map<String, Object> schemas = new LinkedHashMap<>();
    for (String area : AREAS) {
      Map<String, Object> part = load(area + ".yaml");
      addAll(operations, part, "operations");
      addAll(schemas, part, "schemas");
    }
    Map<String, Object> head = load("head.yaml");
    return new Descriptions(head, operations, schemas);
  }

  private static Map<String, Object> load(String resource) {
    try (InputStream text = Descriptions.class.getResourceAsStream(resource)) {
      if (text == null) {
        throw new IllegalStateException("the resource " + resource + " is missing");
      }
      return new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @SuppressWarnings("unchecked")
  private static void addAll(Map<String, Object> all, Map<String, Object> part, String member) {
    ((Map<String, Object>) part.getOrDefault(member, Map.of()))
        .forEach(
            (name, value) -> {
              if (all.putIfAbsent(name, value) != null) {
                throw new IllegalStateException("described twice: " + name);
              }
            });
  }

  @SuppressWarnings("unchecked")
  Description operation(String name) {
    Object content = operations.get(name);
    if (content == null) {
      throw new IllegalStateException("served, and described nowhere: " + name);
    }
    return new Description(name, (Map<String, Object>) content);
  }
}
