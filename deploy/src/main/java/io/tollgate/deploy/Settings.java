package io.tollgate.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What this process is told: environment over file over default, each value with its origin.
 * Immutable, and right in every single value once it stands.
 */
final class Settings {
  /** What Kubernetes injects into pods for a service whose name starts with tollgate. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(".*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\\d+_(TCP|UDP)(_.*)?)?)");

  private final Map<String, Given> values;

  private Settings(Map<String, Given> values) {
    this.values = values;
  }

  /**
   * Reads the environment and the file it names.
   *
   * @throws SettingFault on an unknown setting or a wrong value
   */
  static Settings read(Map<String, String> environment) {
    var values = new LinkedHashMap<String, Given>();
    for (Setting<?> setting : Catalogue.all()) {
      values.put(setting.name(), Given.byDefault(setting.fallback(), "default"));
    }
    values.put(Catalogue.DATA_DIR.name(), Given.byDefault(stateDirectory(environment), "default"));
    @Nullable String file = environment.get(Catalogue.CONFIG_VARIABLE);
    if (file != null && !file.isEmpty()) {
      values.putAll(SettingsFile.read(Path.of(file)));
    }
    values.putAll(fromVariables(environment));
    var settings = new Settings(values);
    Catalogue.all().forEach(settings::find);
    return settings;
  }

  private static String stateDirectory(Map<String, String> environment) {
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    Path home = Path.of(System.getProperty("user.home", "."));
    return (state.isEmpty() ? home.resolve(".local/state") : Path.of(state))
        .resolve("tollgate")
        .toString();
  }

  private static Map<String, Given> fromVariables(Map<String, String> environment) {
    var values = new LinkedHashMap<String, Given>();
    // In order, so that of two faults it is always the same one that is told.
    new TreeMap<>(environment)
        .forEach(
            (variable, text) -> {
              if (variable.startsWith(Setting.VARIABLE_PREFIX)
                  && !Catalogue.OTHER_VARIABLES.contains(variable)) {
                Setting<?> setting = setting(variable, text);
                @Nullable Given earlier =
                    values.put(setting.name(), given(setting, variable, text));
                if (earlier != null) {
                  throw new SettingFault(
                      setting.variable()
                          + " and "
                          + setting.fileVariable()
                          + " are both set, and only one may be");
                }
              }
            });
    return values;
  }

  private static Setting<?> setting(String variable, String text) {
    for (Setting<?> setting : Catalogue.all()) {
      boolean named = setting.variable().equals(variable);
      if (named && text.startsWith("tcp://")) {
        throw new SettingFault(serviceLink(variable));
      }
      if (named || (setting.isSecret() && setting.fileVariable().equals(variable))) {
        return setting;
      }
    }
    if (SERVICE_LINK.matcher(variable).matches() && isServiceLink(variable, text)) {
      throw new SettingFault(serviceLink(variable));
    }
    throw unknown("environment variable", variable, "", variables());
  }

  /** A mistyped port setting looks alike, but holds neither a link nor a whole service's name. */
  private static boolean isServiceLink(String variable, String text) {
    return text.startsWith("tcp://") || text.startsWith("udp://") || variable.contains("_SERVICE_");
  }

  private static String serviceLink(String variable) {
    return variable
        + " looks like one that Kubernetes injects for a service of that name and would be taken"
        + " for a setting: give the pod enableServiceLinks: false";
  }

  private static Given given(Setting<?> setting, String variable, String text) {
    if (variable.equals(setting.variable())) {
      return setting.kind().equals(Kind.ROUTES)
          ? new Given(text, variable, YamlText.parse(text, variable), false)
          : Given.of(text, variable);
    }
    try {
      String content = Files.readString(Path.of(text));
      return Given.of(content.replaceFirst("\\R\\z", ""), "file " + text + " of " + variable);
    } catch (IOException e) {
      throw new SettingFault(variable + " names " + text + ", which can't be read");
    }
  }

  static SettingFault unknown(String what, String name, String where, List<String> known) {
    return new SettingFault(
        "unknown "
            + what
            + " "
            + name
            + (where.isEmpty() ? "" : " at " + where)
            + "; the nearest known one is "
            + Nearest.to(name, known));
  }

  static List<String> names() {
    return Catalogue.all().stream().<String>map(Setting::name).toList();
  }

  private static List<String> variables() {
    var variables = new ArrayList<String>();
    for (Setting<?> setting : Catalogue.all()) {
      variables.add(setting.variable());
      if (setting.isSecret()) {
        variables.add(setting.fileVariable());
      }
    }
    return variables;
  }

  /** Returns where the value comes from, and its text. */
  Given given(Setting<?> setting) {
    Given given = values.get(setting.name());
    if (given == null) {
      throw new IllegalArgumentException(setting.name() + " is not in the catalogue");
    }
    return given;
  }

  /** Returns the value, null where neither anybody set it nor it has a default. */
  <T> @Nullable T find(Setting<T> setting) {
    Given given = given(setting);
    if (given.isDefault() && given.text().isEmpty()) {
      return null;
    }
    try {
      return setting.kind().parser().apply(given.text());
    } catch (IllegalArgumentException e) {
      String wrong = setting.kind().wrongPart(given.text());
      throw new SettingFault(
          setting.name()
              + " (from "
              + given.origin()
              + ") must be "
              + setting.kind().expected()
              + ", was "
              + (wrong.isEmpty() ? "empty" : '"' + setting.shown(wrong) + '"'));
    }
  }

  <T> T get(Setting<T> setting) {
    @Nullable T value = find(setting);
    if (value == null) {
      throw new SettingFault(
          setting.name()
              + " is not set: give it as "
              + setting.variable()
              + (setting.isSecret() ? " or " + setting.fileVariable() : "")
              + ", or in the file that "
              + Catalogue.CONFIG_VARIABLE
              + " names");
    }
    return value;
  }

  /** Returns these with another default for one, which counts only where nobody has set it. */
  Settings withDefault(Setting<?> setting, String text, String origin) {
    if (!given(setting).isDefault()) {
      return this;
    }
    var changed = new LinkedHashMap<>(values);
    changed.put(setting.name(), Given.byDefault(text, origin));
    return new Settings(changed);
  }

  /** Adds to a sentence that names settings where those were set. */
  String withOrigins(String sentence) {
    var origins = new ArrayList<String>();
    values.forEach(
        (name, given) -> {
          boolean named =
              Pattern.compile("(?<![\\w.-])" + Pattern.quote(name) + "(?![\\w-]|\\.\\w)")
                  .matcher(sentence)
                  .find();
          if (named && !given.isDefault()) {
            origins.add(name + " is set by " + given.origin());
          }
        });
    return origins.isEmpty() ? sentence : sentence + " (" + String.join(", ", origins) + ")";
  }
}
