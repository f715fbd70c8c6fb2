package io.tollgate.deploy;

import io.tollgate.edge.Gateway;
import io.tollgate.proxy.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes new routes from the file without a restart, when the file has changed or at SIGHUP. A
 * faulty file changes nothing. Confined to a thread of its own.
 *
 * <p>The file is looked at each second rather than watched: a mounted configuration map is swapped
 * by a symbolic link, of which a watch on the file never hears.
 */
final class RouteReload implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RouteReload.class);
  private static final Set<String> RELOADABLE =
      Set.of(Catalogue.ROUTES.name(), Catalogue.UPSTREAM.name());

  private final Gateway gateway;
  private final Supplier<Settings> source;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("route-reload").factory());
  private Settings settings;
  private List<Route> routes;
  private @Nullable Stamp stamp;

  private RouteReload(Gateway gateway, Settings settings, Supplier<Settings> source) {
    this.gateway = gateway;
    this.settings = settings;
    this.source = source;
    routes = RouteEntries.of(settings);
  }

  /**
   * Starts to look at the file, if there is one.
   *
   * @param source reads all settings anew
   */
  static RouteReload start(
      Gateway gateway, Settings settings, Supplier<Settings> source, Map<String, String> env) {
    var reload = new RouteReload(gateway, settings, source);
    String file = env.getOrDefault(Catalogue.CONFIG_VARIABLE, "");
    if (!file.isEmpty()) {
      Path path = Path.of(file);
      reload.stamp = Stamp.of(path);
      // It ends with its thread only.
      var unused =
          reload.thread.scheduleWithFixedDelay(() -> reload.look(path), 1, 1, TimeUnit.SECONDS);
    }
    return reload;
  }

  /**
   * Reads the file anew though it may not have changed, and looks at those of TLS at once. Safe for
   * all threads.
   */
  void ask() {
    thread.execute(this::reload);
    gateway
        .reloadCertificates()
        .onSuccess(looked -> LOG.debug("the files of TLS have been looked at"));
  }

  private void look(Path file) {
    @Nullable Stamp now = Stamp.of(file);
    if (now != null && !now.equals(stamp)) {
      stamp = now;
      reload();
    }
  }

  private void reload() {
    try {
      Settings read = source.get();
      List<Route> wanted = RouteEntries.of(read);
      tellRestart(read);
      settings = read;
      if (wanted.equals(routes)) {
        LOG.info("routes read anew: nothing has changed");
        return;
      }
      gateway.route(wanted);
      LOG.info("routes changed: {}", difference(routes, wanted));
      routes = wanted;
    } catch (SettingFault e) {
      LOG.error("routes stay as they were: {}", e.getMessage());
    } catch (RuntimeException e) {
      // Nobody else would hear of it, and the schedule would end.
      LOG.error("routes stay as they were", e);
    }
  }

  private void tellRestart(Settings read) {
    List<String> changed = new ArrayList<>();
    for (Setting<?> setting : Catalogue.all()) {
      if (!RELOADABLE.contains(setting.name())
          && isChanged(settings.given(setting), read.given(setting))) {
        changed.add(setting.name());
      }
    }
    if (!changed.isEmpty()) {
      LOG.warn("changed, but taken at the next start only: {}", String.join(", ", changed));
    }
  }

  private static boolean isChanged(Given before, Given after) {
    // Defaults don't change while a process runs, though what dev chose is unknown to the file.
    boolean nobodySetIt = before.isDefault() && after.isDefault();
    return !nobodySetIt && !before.text().equals(after.text());
  }

  static String difference(List<Route> before, List<Route> after) {
    Map<String, Route> old = byPath(before);
    Map<String, Route> fresh = byPath(after);
    List<String> words = new ArrayList<>();
    fresh.forEach(
        (path, route) -> {
          if (!old.containsKey(path)) {
            words.add("added " + path);
          } else if (!route.equals(old.get(path))) {
            words.add("changed " + path);
          }
        });
    old.keySet().stream()
        .filter(path -> !fresh.containsKey(path))
        .forEach(path -> words.add("removed " + path));
    return String.join(", ", words);
  }

  private static Map<String, Route> byPath(List<Route> routes) {
    return routes.stream().collect(Collectors.toMap(Route::path, route -> route));
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  /** What tells that a file is another one than before. */
  private record Stamp(FileTime modified, long size) {
    static @Nullable Stamp of(Path file) {
      try {
        return new Stamp(Files.getLastModifiedTime(file), Files.size(file));
      } catch (IOException e) {
        // An editor may be between removing the old file and naming the new one.
        return null;
      }
    }
  }
}
