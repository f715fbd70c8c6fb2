package io.tollgate.deploy;

/**
 * Where and how this process logs. Chosen before the first logger is made, so the classes that
 * choose must not have one.
 */
final class Logs {
  private static final String RESOURCES = "classpath:io/tollgate/deploy/";

  private Logs() {}

  /** Logs JSON lines to stdout, as collectors want them. */
  static void json(String level) {
    configure("log4j2-json.xml", level);
  }

  /** Logs lines for eyes to stdout. */
  static void readable(String level) {
    configure("log4j2-readable.xml", level);
  }

  private static void configure(String resource, String level) {
    System.setProperty("tollgate.log.level", level);
    System.setProperty("log4j2.configurationFile", RESOURCES + resource);
    System.setProperty(
        "vertx.logger-delegate-factory-class-name",
        "io.vertx.core.logging.SLF4JLogDelegateFactory");
  }
}
