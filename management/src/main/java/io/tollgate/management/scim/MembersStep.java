package io.tollgate.management.scim;

/**
 * A change of who belongs to a group; it needs no list of all who do. Immutable.
 *
 * @param members whom the action is about; with REPLACE nobody else belongs to the group, and with
 *     nobody named it is empty
 */
public record MembersStep(Action action, Members members) implements PatchStep {
  /** What becomes of the members. */
  public enum Action {
    ADD,
    REMOVE,
    REPLACE
  }
}
