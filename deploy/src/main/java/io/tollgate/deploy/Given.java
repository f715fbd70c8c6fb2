package io.tollgate.deploy;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/**
 * A setting's value and where it came from. Immutable.
 *
 * @param text the value; for a list, its YAML text or a stand-in of it
 * @param origin as the operator finds it: {@code default}, a file and line, a variable
 * @param list the entries, where the value is a list with fields
 * @param isDefault whether nobody set it
 */
record Given(String text, String origin, @Nullable Node list, boolean isDefault) {
  static Given byDefault(String text, String origin) {
    return new Given(text, origin, null, true);
  }

  static Given of(String text, String origin) {
    return new Given(text, origin, null, false);
  }
}
