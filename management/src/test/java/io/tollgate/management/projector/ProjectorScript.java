package io.tollgate.management.projector;

/** The projector's script, for whoever holds it against a model of Redis. */
public final class ProjectorScript {
  private ProjectorScript() {}

  public static String text() {
    return RedisSession.SCRIPT;
  }
}
