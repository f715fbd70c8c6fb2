package io.tollgate.management.projector;

/**
 * One document to be written, or a name to be emptied. Public for the simulation.
 *
 * @param document empty to remove what stands there
 */
public record Write(String name, String document) {
  static Write removal(String name) {
    return new Write(name, "");
  }
}
