package io.tollgate.management.projector;

/**
 * One document to be written, or a name to be emptied.
 *
 * @param document empty to remove what stands there
 */
record Write(String name, String document) {
  static Write removal(String name) {
    return new Write(name, "");
  }
}
