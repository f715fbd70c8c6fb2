package io.tollgate.management.directory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.scim.Projection;
import io.tollgate.management.scim.ResourceKind;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads users and groups, and spells them as they are asked for. Safe for all virtual threads. */
final class Resources {
  private final Transactions transactions;

  Resources(Transactions transactions) {
    this.transactions = transactions;
  }

  ObjectNode user(Asked asked, Projection shown, UserRow user) {
    return users(asked, shown, List.of(user)).getFirst();
  }

  /** Spells a group, without its members where they are more than an answer holds. */
  ObjectNode group(Asked asked, Projection shown, GroupRow group) {
    return groups(asked, shown, List.of(group)).getFirst();
  }

  private List<ObjectNode> users(Asked asked, Projection shown, List<UserRow> users) {
    List<String> ids =
        shown.includes("groups") ? users.stream().map(UserRow::id).toList() : List.of();
    Map<String, List<GroupMembers.Linked>> groups =
        GroupMembers.groupsOf(transactions, asked.directory().directoryId(), ids);
    return users.stream()
        .map(
            user ->
                shown.apply(
                    Spelling.user(
                        user,
                        groups.getOrDefault(user.id(), List.of()),
                        asked.location(ResourceKind.USER, user.id()))))
        .toList();
  }

  private List<ObjectNode> groups(Asked asked, Projection shown, List<GroupRow> groups) {
    Map<String, String> members =
        ShownMembers.of(
            transactions,
            asked.directory().directoryId(),
            shown,
            groups.stream().map(GroupRow::id).toList());
    return groups.stream()
        .map(
            group -> {
              String location = asked.location(ResourceKind.GROUP, group.id());
              ObjectNode json = shown.apply(Spelling.group(group, location));
              @Nullable String told = members.get(group.id());
              if (told != null) {
                json.putRawValue(ShownMembers.NAME, new RawValue(told));
              } else if (shown.includes(ShownMembers.NAME)) {
                asked.noted().warn(ShownMembers.LEFT_OUT, ShownMembers.leftOut(group.id()));
              }
              return json;
            })
        .toList();
  }

  /** Returns a part of the resources of one kind, spelled, and how many there are in all. */
  Listing<ObjectNode> find(Asked asked, Query query, Listing.Part part) {
    String directoryId = asked.directory().directoryId();
    Projection shown = query.projection();
    return switch (query.kind()) {
      case USER -> {
        Listing<UserRow> found =
            Listing.read(transactions, Listing.USERS, directoryId, query, part);
        yield new Listing<>(users(asked, shown, found.rows()), found.total(), found.bytes());
      }
      case GROUP -> {
        Listing<GroupRow> found =
            Listing.read(transactions, Listing.GROUPS, directoryId, query, part);
        yield new Listing<>(groups(asked, shown, found.rows()), found.total(), found.bytes());
      }
    };
  }
}
