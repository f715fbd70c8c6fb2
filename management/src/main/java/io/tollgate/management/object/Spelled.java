package io.tollgate.management.object;

import io.vertx.core.json.JsonObject;

/**
 * An object as the wire spells it, word for word: what is only kept for its owner, such as
 * metadata, comes back as it came. Immutable.
 *
 * @param text a JSON object
 */
public record Spelled(String text) {
  /** Returns a member that is a text. */
  public String member(String name) {
    return new JsonObject(text).getString(name);
  }

  /** Returns a member that is true or false. */
  public boolean flag(String name) {
    return new JsonObject(text).getBoolean(name);
  }
}
