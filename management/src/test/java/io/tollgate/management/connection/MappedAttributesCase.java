package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.id;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.management.audit.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A user of a directory, and documents that it tells of him. */
abstract class MappedAttributesCase {
  private static final ObjectMapper JSON = new ObjectMapper();
  static final MappedAttributes ATTRIBUTES = new MappedAttributes();

  static Firm firm;

  JsonObject connection;
  JsonObject directory;
  String user;

  @BeforeAll
  static void start() {
    firm = new Firm();
  }

  @AfterAll
  static void stop() {
    firm.close();
  }

  @BeforeEach
  void found() {
    connection = firm.connection(firm.organization());
    directory = firm.directory(connection);
    user = firm.person(directory, new JsonObject());
  }

  static JsonObject attribute(String key, String path, boolean multiValued) {
    return new JsonObject()
        .put("name", key)
        .put("key", key)
        .put("scim_path", path)
        .put("multi_valued", multiValued);
  }

  void define(JsonObject... attributes) {
    var all = new JsonArray();
    for (JsonObject attribute : attributes) {
      all.add(attribute);
    }
    firm.management
        .patch(
            Firm.CONNECTIONS + "/" + id(connection), new JsonObject().put("custom_attributes", all))
        .ok();
  }

  static ObjectNode read(String document) {
    try {
      return (ObjectNode) JSON.readTree(document);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  MappedAttributes.Outcome told(String document) {
    return told(user, document);
  }

  MappedAttributes.Outcome told(String whom, String document) {
    return firm.change(
        change -> {
          MappedAttributes.Outcome outcome =
              ATTRIBUTES.apply(change, id(directory), whom, read(document));
          change.record(new Origin("directory", "req_1").entry("user.sync", whom, null, null));
          return outcome;
        });
  }

  JsonObject shown() {
    return firm.management.get("/users/" + user).ok();
  }

  JsonObject metadata() {
    return shown().getJsonObject("public_metadata");
  }

  void note(String metadata) {
    noted(metadata).ok();
  }

  Answer noted(String metadata) {
    JsonObject patch = new JsonObject().put("public_metadata", new JsonObject(metadata));
    return firm.management.patch("/users/" + user + "/metadata", patch);
  }
}
