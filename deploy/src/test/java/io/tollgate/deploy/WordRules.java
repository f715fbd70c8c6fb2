package io.tollgate.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules on words that must not stand in certain places, each with the reason why. */
final class WordRules {
  private static final Pattern AWAIT = Pattern.compile("(\\.|::)\\s*await\\b");
  private static final Set<String> ON_LOOP =
      Set.of("Authentication", "Shortcut", "VerifyEndpoint", "VerifyBodies");

  private static final Pattern COMPOSE = Pattern.compile("(\\.|::)\\s*compose\\b");
  private static final Pattern PRINT = Pattern.compile("\\bSystem\\s*\\.\\s*(out|err)\\b");
  private static final Pattern STACK_TRACE = Pattern.compile("\\bprintStackTrace\\b");
  private static final Pattern LEFTOVER = Pattern.compile("\\b(FIXME|TODO|XXX)\\b");
  private static final Pattern AUTHOR = Pattern.compile("@author\\b");
  private static final Pattern SLEEP =
      Pattern.compile("\\b(Thread|TimeUnit\\s*\\.\\s*\\w+)\\s*(\\.|::)\\s*sleep\\b");
  private static final Pattern MOCK =
      Pattern.compile(
          "^import\\s+(static\\s+)?(org\\.(mockito|easymock|powermock|jmock)|io\\.mockk|mockit)\\b",
          Pattern.MULTILINE);
  private static final Pattern DISABLED =
      Pattern.compile("@Disabled\\b(?!\\s*\\(\\s*(value\\s*=\\s*)?\"-\")");

  /** Spelled in pieces, since this very file is among those searched. */
  private static final Pattern MACHINE_PATH =
      Pattern.compile("(?<![\\w.-])/(tmp/" + "h-|work" + "/|root" + "/)");

  private WordRules() {}

  /** Finds waiting in the gateway, whose threads serve all requests at once. */
  static List<String> awaitOnTheEdge(SourceFile file) {
    return file.isMain() && file.module().equals("gateway")
        ? file.offences(file.code(), AWAIT, "the gateway never waits")
        : List.of();
  }

  /**
   * Finds chains of futures in the management service, which is written in direct style; but for
   * the classes that serve on an event loop, where nobody may wait.
   */
  static List<String> composeInManagement(SourceFile file) {
    boolean onLoop = ON_LOOP.stream().anyMatch(name -> file.path().endsWith("/" + name + ".java"));
    return file.isMain() && file.isUnder("io.tollgate.management") && !onLoop
        ? file.offences(file.code(), COMPOSE, "management awaits each step")
        : List.of();
  }

  /** Finds in main sources what is left over from trying things out. */
  static List<String> leftovers(SourceFile file) {
    List<String> offences = new ArrayList<>();
    if (file.isMain()) {
      String code = file.code();
      boolean commandLine =
          file.packageName().equals("io.tollgate.deploy") || file.module().equals("benchmarks");
      if (!commandLine) {
        offences.addAll(file.offences(code, PRINT, "only the command line prints"));
      }
      offences.addAll(file.offences(code, STACK_TRACE, "log it or throw it"));
      offences.addAll(file.offences(file.text(), LEFTOVER, "do it or drop it"));
      offences.addAll(file.offences(file.text(), AUTHOR, "the history tells"));
    }
    return offences;
  }

  /** Finds sleeping, in tests too: wait for what is awaited, not for some time. */
  static List<String> sleeps(SourceFile file) {
    return file.isJava()
        ? file.offences(file.code(), SLEEP, "wait for the event itself")
        : List.of();
  }

  static List<String> mocks(SourceFile file) {
    return file.isJava()
        ? file.offences(file.code(), MOCK, "use the real thing or a fake made by hand")
        : List.of();
  }

  /** Finds tests that are switched off and don't say why. */
  static List<String> silentlyDisabledTests(SourceFile file) {
    return file.isJava() ? file.offences(file.code(), DISABLED, "say why") : List.of();
  }

  /** Finds, in any text, paths that exist on the machine of whoever wrote it and nowhere else. */
  static List<String> machinePaths(SourceFile file) {
    return file.offences(file.text(), MACHINE_PATH, "no path of one machine");
  }
}
