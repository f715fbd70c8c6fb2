package io.tollgate.deploy;

import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.TargetConfig;
import java.time.Duration;

/**
 * The part of the {@link Catalogue} on how the targets of an upstream are connected to, chosen and
 * watched.
 */
final class TargetCatalogue {
  static final SettingList SETTINGS = new SettingList();

  private static final TargetConfig TARGETS = TargetConfig.DEFAULTS;

  static final Setting<Integer> STREAMS_MAX =
      SETTINGS.addInteger(
          "proxy.streams-max",
          ProxyConfig.DEFAULTS.streamsMax(),
          "most requests at once on a connection to an upstream by HTTP/2");
  static final Setting<Integer> WEBSOCKETS_MAX =
      SETTINGS.addInteger(
          "proxy.websockets-max",
          ProxyConfig.DEFAULTS.webSocketsMax(),
          "most WebSockets to a target, of all event loops; `edge.websockets-max` bounds those to"
              + " all targets");

  static final Setting<Integer> FAILURES_MAX =
      SETTINGS.addInteger(
          "proxy.failures-max",
          TARGETS.failuresMax(),
          "failures on end that take one of several targets out of use, or have it asked");
  static final Setting<Duration> EJECTION =
      SETTINGS.addDuration(
          "proxy.ejection",
          TARGETS.ejection(),
          "how long it is out of use, doubled each time on end");
  static final Setting<Duration> EJECTION_MAX =
      SETTINGS.addDuration("proxy.ejection-max", TARGETS.ejectionMax(), "the longest that it is");
  static final Setting<Integer> IN_USE_PERCENT_MIN =
      SETTINGS.addInteger(
          "proxy.in-use-percent-min",
          TARGETS.inUsePercentMin(),
          "least share of targets in use; below it, all are used, whatever is known of them");
  static final Setting<Duration> SLOW_START =
      SETTINGS.addDuration(
          "proxy.slow-start",
          TARGETS.slowStart(),
          "how long a target that is new or comes back takes to get its whole share; 0s for at"
              + " once");
  static final Setting<Duration> CHECK_INTERVAL =
      SETTINGS.addDuration(
          "proxy.check-interval",
          TARGETS.checkInterval(),
          "how often targets are asked whether they serve, where the route names a `check`");
  static final Setting<Duration> CHECK_TIMEOUT =
      SETTINGS.addDuration(
          "proxy.check-timeout", TARGETS.checkTimeout(), "how long such an answer may take");
  static final Setting<Integer> ATTEMPTS_MAX =
      SETTINGS.addInteger(
          "proxy.attempts-max",
          TARGETS.attemptsMax(),
          "most targets that a request is tried on, the first included");
  static final Setting<Integer> RETRY_PERCENT_MAX =
      SETTINGS.addInteger(
          "proxy.retry-percent-max",
          TARGETS.retryPercentMax(),
          "most further tries to a hundred requests, and 10 a second beside; 0 for none at all");
  static final Setting<Duration> RESOLVE_INTERVAL =
      SETTINGS.addDuration(
          "proxy.resolve-interval",
          TARGETS.resolveInterval(),
          "how often targets' names are looked up, unless DNS lets an answer live longer");

  private TargetCatalogue() {}
}
