package io.tollgate.deploy;

import java.io.StringReader;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** A YAML text as a tree of nodes; no object is ever made of it, and no part of it repeated. */
final class YamlText {
  private static final int DEPTH_MAX = 10;

  private YamlText() {}

  /**
   * Parses one document, null for an empty one.
   *
   * @param origin names the text in a fault
   */
  static @Nullable Node parse(String text, String origin) {
    var limits = new LoaderOptions();
    limits.setNestingDepthLimit(DEPTH_MAX);
    // An alias could point at its own parent, and the walk would never end.
    limits.setMaxAliasesForCollections(0);
    limits.setAllowDuplicateKeys(false);
    try {
      return new Yaml(new SafeConstructor(limits)).compose(new StringReader(text));
    } catch (MarkedYAMLException e) {
      String line = e.getProblemMark() == null ? "" : ":" + (e.getProblemMark().getLine() + 1);
      throw new SettingFault(origin + line + " is not YAML: " + e.getProblem());
    } catch (YAMLException e) {
      throw new SettingFault(origin + " is not YAML: " + firstLine(e));
    }
  }

  static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }

  private static String firstLine(YAMLException fault) {
    return String.valueOf(fault.getMessage()).lines().findFirst().orElse("");
  }
}
