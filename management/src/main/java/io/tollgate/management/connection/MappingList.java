package io.tollgate.management.connection;

import io.tollgate.management.wire.ApiError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A directory's list of mappings, the strongest first, before it is written. */
final class MappingList {
  private MappingList() {}

  /**
   * An entry of the list.
   *
   * @param id null where it is new, or is told of by its group alone
   * @param groupId the last one that it had, where that is gone
   */
  record Entry(@Nullable String id, String groupId, boolean orphaned, String roleId) {
    /** Returns one as a request names it. */
    static Entry named(String groupId, String roleId) {
      return new Entry(null, groupId, false, roleId);
    }
  }

  /** Returns whether nothing would change by a list whose entries are known. */
  static boolean isSame(List<Entry> was, List<Entry> is) {
    boolean isSame = was.size() == is.size();
    for (int i = 0; isSame && i < is.size(); i++) {
      Entry one = was.get(i);
      Entry other = is.get(i);
      isSame =
          one.roleId.equals(other.roleId)
              && one.groupId.equals(other.groupId)
              && one.orphaned == other.orphaned;
    }
    return isSame;
  }

  /** Refuses a group that is in the list already. */
  static void checkFree(List<Entry> entries, String groupId) {
    if (entries.stream().anyMatch(entry -> groupId.equals(entry.groupId))) {
      throw new MappingRegistry.Repeated(
          ApiError.form(
              "form_already_exists",
              "already exists",
              MappingFields.SCIM_GROUP,
              MappingFields.SCIM_GROUP + " is mapped already."));
    }
  }

  /** Puts another group in the place of one that is gone; done once more it changes nothing. */
  static List<Entry> attached(List<Entry> entries, String id, String groupId) {
    Entry entry =
        entries.stream()
            .filter(one -> id.equals(one.id))
            .findFirst()
            .orElseThrow(MappingEndpoint::unknown);
    if (!entry.orphaned && !entry.groupId.equals(groupId)) {
      throw ApiError.form(
          "form_param_value_invalid",
          "is invalid",
          MappingFields.SCIM_GROUP,
          MappingFields.SCIM_GROUP
              + " can be given to a mapping whose group is gone; this one has "
              + ApiError.quote(entry.groupId)
              + ".");
    }
    if (entry.orphaned) {
      checkFree(entries, groupId);
    }
    entries.replaceAll(
        one -> id.equals(one.id) ? new Entry(id, groupId, false, entry.roleId) : one);
    return entries;
  }

  /** An entry of a group that has one keeps its id, so that members' reasons stay true. */
  static Entry known(List<Entry> was, Entry entry) {
    if (entry.id != null) {
      return entry;
    }
    return was.stream()
        .filter(one -> one.groupId.equals(entry.groupId))
        .findFirst()
        .map(one -> new Entry(one.id, one.groupId, one.orphaned, entry.roleId))
        .orElse(entry);
  }
}
