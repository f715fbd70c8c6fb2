package io.tollgate.deploy;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * The settings in one YAML file, nested or dotted, each with the line it stands on.
 *
 * <p>Read as a tree of nodes rather than of objects: so every fault knows its line, and a version
 * such as {@code 1.10} or a port such as {@code 0777} stays the text that was written.
 */
final class SettingsFile {
  private static final long BYTES_MAX = 1024 * 1024;

  private final String file;
  private final Map<String, Given> values = new LinkedHashMap<>();

  private SettingsFile(Path path) {
    file = path.toString();
  }

  /** Reads the file; values are keyed by their settings' names. */
  static Map<String, Given> read(Path path) {
    var settings = new SettingsFile(path);
    Node root = YamlText.parse(text(path), path.toString());
    if (root instanceof MappingNode sections) {
      settings.flatten("", sections);
    } else if (root != null) {
      throw new SettingFault(path + " must hold settings by name, but holds something else");
    }
    return settings.values;
  }

  private static String text(Path path) {
    try {
      if (Files.size(path) > BYTES_MAX) {
        throw new SettingFault(path + " is longer than 1 MiB, which no settings are");
      }
      return Files.readString(path);
    } catch (NoSuchFileException e) {
      throw new SettingFault(
          Catalogue.CONFIG_VARIABLE + " names " + path + ", which does not exist");
    } catch (CharacterCodingException e) {
      throw new SettingFault(path + " is not UTF-8 text");
    } catch (IOException e) {
      throw new SettingFault(path + " can't be read: " + e.getMessage());
    }
  }

  private void flatten(String prefix, MappingNode section) {
    for (NodeTuple entry : section.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        throw new SettingFault(at(entry.getKeyNode()) + ": a setting's name must be a text");
      }
      String name = prefix + key.getValue();
      @Nullable Setting<?> setting = Catalogue.find(name);
      if (setting != null) {
        put(setting, entry.getValueNode());
      } else if (!Catalogue.isSection(name)) {
        throw Settings.unknown("setting", name, at(key), Settings.names());
      } else if (entry.getValueNode() instanceof MappingNode inner) {
        flatten(name + '.', inner);
      } else if (!Tag.NULL.equals(entry.getValueNode().getTag())) {
        throw new SettingFault(
            at(key) + ": " + name + " holds settings of its own, but a value was given");
      }
    }
  }

  private void put(Setting<?> setting, Node value) {
    @Nullable Given earlier = values.put(setting.name(), given(setting, value));
    if (earlier != null) {
      throw new SettingFault(
          setting.name() + " is set twice, at " + earlier.origin() + " and at " + at(value));
    }
  }

  private Given given(Setting<?> setting, Node value) {
    if (setting.kind().equals(Kind.ROUTES)) {
      return new Given("(list)", at(value), value, false);
    }
    if (setting.kind().isList() && value instanceof SequenceNode list) {
      var joined = list.getValue().stream().map(part -> scalar(setting, part)).toList();
      return Given.of(String.join(",", joined), at(value));
    }
    return Given.of(scalar(setting, value), at(value));
  }

  private String scalar(Setting<?> setting, Node value) {
    if (!(value instanceof ScalarNode scalar)) {
      String was = value instanceof SequenceNode ? "a list" : "a section";
      throw new SettingFault(
          at(value)
              + ": "
              + setting.name()
              + " must be "
              + setting.kind().expected()
              + ", was "
              + was);
    }
    return Tag.NULL.equals(scalar.getTag()) ? "" : scalar.getValue();
  }

  private String at(Node node) {
    return file + ':' + YamlText.line(node);
  }
}
