package io.tollgate.deploy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The rules on which package may know which: the house has floors, and every arrow points down.
 *
 * <p>A package that is not in the table has no floor yet and is an offence by itself. Imports are
 * judged beside the compiled classes, since the compiler leaves no trace of a constant it inlines.
 */
final class FloorRules {
  private static final String HOUSE = "io.tollgate.";
  private static final String ALL = "*";
  private static final Map<String, Set<String>> MAY_KNOW =
      Map.ofEntries(
          Map.entry("key", Set.of("access", "plan")),
          Map.entry("access", Set.of("key", "plan")),
          Map.entry("plan", Set.of("key", "access")),
          // What all settings share, and so the ground that everything stands on.
          Map.entry("setting", Set.of()),
          Map.entry("wire", Set.of()),
          Map.entry("http2", Set.of("wire")),
          Map.entry("tls", Set.of()),
          Map.entry("principal", Set.of("key")),
          Map.entry("trace", Set.of("setting")),
          // Who may pass is decided before a request is forwarded: proxy must not hear of keys.
          Map.entry("proxy", Set.of("access", "plan", "setting", "tls", "wire")),
          Map.entry("store", Set.of("key", "access", "plan", "setting")),
          Map.entry("ring", Set.of("key", "access", "plan", "setting", "store")),
          Map.entry("limit", Set.of("key", "access", "plan", "setting", "store")),
          Map.entry("quota", Set.of("key", "access", "plan", "setting", "store")),
          Map.entry("meter", Set.of("key", "access", "plan", "setting", "store")),
          Map.entry(
              "edge",
              Set.of(
                  "key",
                  "access",
                  "plan",
                  "setting",
                  "wire",
                  "http2",
                  "proxy",
                  "store",
                  "ring",
                  "limit",
                  "quota",
                  "meter",
                  "tls",
                  "principal",
                  "trace")),
          // ring for the lifetime of its entries, which a revoke has to wait for; meter, since
          // verify is
          // billed, too.
          Map.entry(
              "management", Set.of("key", "access", "plan", "setting", "store", "ring", "meter")),
          Map.entry("deploy", Set.of(ALL)));

  private static final Pattern EDGE = Pattern.compile("\\bio\\.tollgate\\.edge\\.[\\w*]+");

  private FloorRules() {}

  /** Finds arrows that don't point down, among compiled classes. */
  static List<String> risingDependencies(JavaClasses classes) {
    return classes.stream()
        .filter(type -> isOurs(type.getPackageName()))
        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
        .filter(arrow -> rises(arrow.getOriginClass(), arrow.getTargetClass()))
        .map(arrow -> arrow.getDescription())
        .distinct()
        .sorted()
        .toList();
  }

  /** Finds arrows that don't point down, among the imports of a main source. */
  static List<String> risingImports(SourceFile file) {
    // Benchmarks stand outside the house: they mirror packages to measure them.
    if (!file.isMain() || file.module().equals("benchmarks")) {
      return List.of();
    }
    return JavaOutline.of(file).imports().stream()
        .filter(imported -> isOurs(imported) && rises(file.packageName(), imported))
        .map(imported -> file.path() + ": imports " + imported)
        .toList();
  }

  /** Finds packages that know each other in a circle. */
  static List<String> circles(JavaClasses classes) {
    return SlicesRuleDefinition.slices()
        .matching("io.tollgate.(**)")
        .should()
        .beFreeOfCycles()
        .evaluate(classes)
        .getFailureReport()
        .getDetails();
  }

  /** Finds whoever reaches into the edge, tests and benchmarks included; deploy alone may. */
  static List<String> edgeThroughTheWindow(SourceFile file) {
    boolean mayEnter = file.isUnder("io.tollgate.edge") || file.isUnder("io.tollgate.deploy");
    return file.isJava() && !mayEnter
        ? file.offences(file.code(), EDGE, "only deploy knows the edge")
        : List.of();
  }

  private static boolean rises(JavaClass origin, JavaClass target) {
    return isOurs(target.getPackageName())
        && rises(origin.getPackageName(), target.getPackageName());
  }

  private static boolean rises(String origin, String target) {
    String from = floor(origin);
    String to = floor(target);
    Set<String> known = MAY_KNOW.getOrDefault(from, Set.of());
    boolean same = from.equals(to) && MAY_KNOW.containsKey(from);
    return !same && !known.contains(to) && !known.contains(ALL);
  }

  private static boolean isOurs(String name) {
    return name.startsWith(HOUSE);
  }

  private static String floor(String name) {
    return name.substring(HOUSE.length()).split("\\.", 2)[0];
  }
}
