package io.tollgate.deploy;

import java.util.ArrayList;
import java.util.List;

/** What {@code config} prints: every setting, its value fit for eyes, and where it came from. */
final class SettingsTable {
  private SettingsTable() {}

  static List<String> lines(Settings settings) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"SETTING", "VALUE", "ORIGIN"});
    for (Setting<?> setting : Catalogue.all()) {
      Given given = settings.given(setting);
      rows.add(new String[] {setting.name(), shown(setting, given), given.origin()});
    }
    int[] widths = new int[2];
    for (String[] row : rows) {
      widths[0] = Math.max(widths[0], row[0].length());
      widths[1] = Math.max(widths[1], row[1].length());
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String shown(Setting<?> setting, Given given) {
    if (given.isDefault() && given.text().isEmpty()) {
      return "(not set)";
    }
    return setting.shown(given.text());
  }

  private static String line(String[] row, int[] widths) {
    return padded(row[0], widths[0]) + "  " + padded(row[1], widths[1]) + "  " + row[2];
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(width - text.length());
  }
}
