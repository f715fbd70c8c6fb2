package io.tollgate.deploy;

import static io.tollgate.deploy.Kind.DURATION;
import static io.tollgate.deploy.Kind.INTEGER;
import static io.tollgate.deploy.Kind.LONG;

import io.tollgate.setting.DurationText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Settings in the order of their declaration, which is that of the reference. */
final class SettingList {
  private final List<Setting<?>> settings = new ArrayList<>();

  List<Setting<?>> all() {
    return List.copyOf(settings);
  }

  void addAll(SettingList others) {
    settings.addAll(others.settings);
  }

  <T> Setting<T> add(String name, Kind<T> kind, Object fallback, String what) {
    return listed(Setting.of(name, kind, fallback, what));
  }

  Setting<Integer> addInteger(String name, int fallback, String what) {
    return add(name, INTEGER, fallback, what);
  }

  Setting<Long> addLong(String name, long fallback, String what) {
    return add(name, LONG, fallback, what);
  }

  Setting<Duration> addDuration(String name, Duration fallback, String what) {
    return add(name, DURATION, DurationText.print(fallback), what);
  }

  <T> Setting<T> addShown(String name, Kind<T> kind, Object fallback, String shown, String what) {
    return listed(new Setting<>(name, kind, fallback.toString(), shown, what));
  }

  private <T> Setting<T> listed(Setting<T> setting) {
    settings.add(setting);
    return setting;
  }
}
