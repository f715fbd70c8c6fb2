package io.tollgate.deploy;

import io.tollgate.access.AddressRanges;
import io.tollgate.key.Secret;
import io.tollgate.management.connection.EmailsInLog;
import io.tollgate.meter.WhenFull;
import io.tollgate.setting.DurationText;
import io.tollgate.tls.ClientCertificates;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * How a setting's text is read and shown. Immutable.
 *
 * @param expected what a right text is, as it follows "must be"
 * @param parser fails with an {@link IllegalArgumentException} on a wrong text
 * @param shown makes a text fit for eyes
 */
record Kind<T>(
    String name,
    String expected,
    Function<String, T> parser,
    UnaryOperator<String> shown,
    boolean isSecret) {
  private static final String MASK = "******";
  private static final List<String> LEVELS = List.of("trace", "debug", "info", "warn", "error");

  private static final List<String> DEPLOYMENTS = List.of("single", "ha");

  static final Kind<Integer> INTEGER = open("integer", "a whole number", Integer::valueOf);

  /** The same for what may be longer than an {@code int} holds. */
  static final Kind<Long> LONG = open("integer", "a whole number", Long::valueOf);

  static final Kind<Double> NUMBER = open("number", "a number such as 0.25", Kind::number);
  static final Kind<Boolean> BOOLEAN = open("boolean", "one of true, false", Kind::bool);
  static final Kind<Duration> DURATION =
      open("duration", "a duration such as 100ms, 2s, 30m or 1h", DurationText::parse);
  static final Kind<String> TEXT = open("text", "a text", Kind::nonEmpty);
  static final Kind<Path> PATH = open("path", "a path", text -> Path.of(nonEmpty(text)));
  static final Kind<String> LEVEL =
      open("level", "one of " + String.join(", ", LEVELS), Kind::level);

  static final Kind<String> DEPLOYMENT =
      open("deployment", "one of " + String.join(", ", DEPLOYMENTS), Kind::deployment);

  static final Kind<WhenFull> WHEN_FULL = open("policy", "one of pass, refuse", Kind::whenFull);

  static final Kind<EmailsInLog> EMAILS_IN_LOG =
      open("e-mails", "one of masked, whole", Kind::emailsInLog);
  static final Kind<ClientCertificates> CLIENT_CERTIFICATES =
      open("demand", "one of required, optional", Kind::clientCertificates);

  /** Read apart by {@link RouteEntries}, since it is a list with fields, not a text. */
  static final Kind<String> ROUTES =
      new Kind<>("list", "a list of routes", Kind::nonEmpty, text -> "(see the file)", false);

  static final Kind<Secret> SECRET =
      new Kind<>("secret", "a text", text -> new Secret(nonEmpty(text)), text -> MASK, true);
  static final Kind<Secret> SECRET_URL =
      new Kind<>("secret URL", "a URL", text -> new Secret(nonEmpty(text)), Kind::maskUser, true);

  /** One of which the path may be a secret, too. */
  static final Kind<Secret> SECRET_PATH =
      new Kind<>("secret URL", "a URL", text -> new Secret(nonEmpty(text)), Kind::maskPath, true);

  /** A list of secrets in one text, separated by commas, first the one for what is new. */
  static final Kind<List<Secret>> SECRETS =
      new Kind<>("secrets", "texts by comma", Kind::secrets, text -> MASK, true);

  /** A list of addresses and ranges in one text, separated by commas; it may be empty. */
  static final Kind<AddressRanges> RANGES =
      open(
          "address ranges",
          "IP addresses or ranges by comma, such as 10.0.0.0/8 or 2001:db8::1, up to "
              + AddressRanges.COUNT_MAX
              + " of them and with no bit set beyond a prefix",
          Kind::ranges);

  private static <T> Kind<T> open(String name, String expected, Function<String, T> parser) {
    return new Kind<>(name, expected, parser, UnaryOperator.identity(), false);
  }

  private static String nonEmpty(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty");
    }
    return text;
  }

  /** Reads plain digits, not all that Java takes for a number. */
  private static Double number(String text) {
    return new BigDecimal(text).doubleValue();
  }

  private static Boolean bool(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static String level(String text) {
    String level = text.toLowerCase(Locale.ROOT);
    if (!LEVELS.contains(level)) {
      throw new IllegalArgumentException(text);
    }
    return level;
  }

  private static String deployment(String text) {
    if (!DEPLOYMENTS.contains(text)) {
      throw new IllegalArgumentException(text);
    }
    return text;
  }

  private static WhenFull whenFull(String text) {
    return switch (text) {
      case "pass" -> WhenFull.PASS;
      case "refuse" -> WhenFull.REFUSE;
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static EmailsInLog emailsInLog(String text) {
    return switch (text) {
      case "masked" -> EmailsInLog.MASKED;
      case "whole" -> EmailsInLog.WHOLE;
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static ClientCertificates clientCertificates(String text) {
    return switch (text) {
      case "required" -> ClientCertificates.REQUIRED;
      case "optional" -> ClientCertificates.OPTIONAL;
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static List<Secret> secrets(String text) {
    return parts(text).stream().map(part -> new Secret(nonEmpty(part))).toList();
  }

  private static AddressRanges ranges(String text) {
    return text.isBlank() ? AddressRanges.NONE : AddressRanges.of(parts(text));
  }

  private static List<String> parts(String text) {
    return Stream.of(text.split(",", -1)).map(String::strip).toList();
  }

  /** Returns whether it may be written as a list, and is the same as its parts by comma. */
  boolean isList() {
    return equals(SECRETS) || equals(RANGES);
  }

  /** Returns what is wrong with a wrong text: of a list the part that is, if it is one alone. */
  String wrongPart(String text) {
    List<String> parts = isList() ? parts(text) : List.of();
    return parts.stream().filter(part -> !isRight(part)).findFirst().orElse(text);
  }

  private boolean isRight(String text) {
    try {
      return parser.apply(text) != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Masks what may be a password. The last at sign counts: a password that should have been encoded
   * and holds one must not show its tail. Parameters may hold passwords too.
   */
  private static String maskUser(String url) {
    int scheme = url.indexOf("://");
    if (scheme < 0) {
      return MASK;
    }
    int query = url.indexOf('?', url.lastIndexOf('@') + 1);
    String address = query < 0 ? url : url.substring(0, query);
    int at = address.lastIndexOf('@');
    String start = url.substring(0, scheme + 3);
    String host = at < 0 ? address.substring(scheme + 3) : MASK + address.substring(at);
    return start + host + (query < 0 ? "" : "?" + MASK);
  }

  /** Masks all but the host; that, too, where a user may stand before it. */
  private static String maskPath(String url) {
    int scheme = url.indexOf("://");
    if (scheme < 0 || url.indexOf('@') >= 0) {
      return MASK;
    }
    int end = scheme + 3;
    while (end < url.length() && "/?#\\".indexOf(url.charAt(end)) < 0) {
      end++;
    }
    return end == url.length() ? url : url.substring(0, end) + "/" + MASK;
  }
}
