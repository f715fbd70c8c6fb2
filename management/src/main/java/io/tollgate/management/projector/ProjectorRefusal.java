package io.tollgate.management.projector;

/** A store answers, but must not be used as it is set up; the message is for the operator. */
final class ProjectorRefusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ProjectorRefusal(String sentence) {
    super(sentence, null, false, false);
  }
}
