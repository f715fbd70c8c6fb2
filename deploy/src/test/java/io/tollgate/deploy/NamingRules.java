package io.tollgate.deploy;

import java.util.List;
import java.util.regex.Pattern;

/** The rules on what a type may be called: by what it is, or by how it differs. */
final class NamingRules {
  private static final Pattern HOLLOW_ENDING =
      Pattern.compile(".*(Utils?|Manager|Helper|Impl|Data|Info|Processor)");

  /** Followed by a capital, so that Base62 may keep the name that everyone knows it by. */
  private static final Pattern HOLLOW_BEGINNING = Pattern.compile("(Abstract|Base)[A-Z].*");

  private static final Pattern PREFIXED_INTERFACE = Pattern.compile("I[A-Z][a-z].*");

  private NamingRules() {}

  /** Finds types of main sources whose names say nothing. */
  static List<String> hollowTypeNames(SourceFile file) {
    if (!file.isMain()) {
      return List.of();
    }
    return JavaOutline.of(file).types().stream()
        .filter(NamingRules::isHollow)
        .map(type -> file.offence(type.line(), type.name() + " says nothing, name its difference"))
        .toList();
  }

  private static boolean isHollow(JavaOutline.Type type) {
    return HOLLOW_ENDING.matcher(type.name()).matches()
        || HOLLOW_BEGINNING.matcher(type.name()).matches()
        || (type.isInterface() && PREFIXED_INTERFACE.matcher(type.name()).matches());
  }
}
