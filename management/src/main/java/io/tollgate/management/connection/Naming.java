package io.tollgate.management.connection;

import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Spelled;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The contract has two names for directories: each tells of objects by its own name, and of their
 * members in the words of both.
 */
enum Naming {
  SCIM("scim_directories", "scim_"),
  DIRECTORY("directories", "");

  private final String collection;
  private final String prefix;

  Naming(String collection, String prefix) {
    this.collection = collection;
    this.prefix = prefix;
  }

  /** Returns what stands in paths, and before the names of operations. */
  String collection() {
    return collection;
  }

  /** Returns a directory in these words, with the address that its identity provider is told. */
  Spelled directory(Spelled directory, String url) {
    var json = new JsonObject(directory.text());
    json.put("object", prefix + json.getString("object"));
    json.put("endpoint_url", url + "/scim/v2/" + json.getString("id"));
    return new Spelled(json.encode());
  }

  String mappingObject() {
    return (this == SCIM ? "scim" : "directory") + "_group_role_mapping";
  }

  Spelled mapping(Spelled mapping) {
    return new Spelled(mapping(new JsonObject(mapping.text())).encode());
  }

  private JsonObject mapping(JsonObject json) {
    return json.put("object", mappingObject());
  }

  /** Returns a page of mappings. */
  String mappings(ObjectView.Listed listed) {
    var data = new JsonArray();
    listed.data().forEach(text -> data.add(mapping(new JsonObject(text))));
    return new JsonObject().put("data", data).put("total_count", listed.total()).encode();
  }

  /** Returns a page of directories. */
  String directories(ObjectView.Listed listed, String url) {
    var data = new JsonArray();
    listed
        .data()
        .forEach(text -> data.add(new JsonObject(directory(new Spelled(text), url).text())));
    return new JsonObject().put("data", data).put("total_count", listed.total()).encode();
  }
}
