package io.tollgate.management.directory;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.scim.PatchRequest;
import io.tollgate.management.scim.Projection;
import io.tollgate.management.scim.ResourceKind;
import io.tollgate.management.scim.ScimDocument;
import io.tollgate.management.wire.EntityTags;
import io.vertx.core.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/** The endpoints of one group. Safe for all virtual threads. */
final class GroupEndpoint {
  private static final String ONE = "/Groups/:id";

  private final Transactions transactions;
  private final Resources resources;
  private final GroupChanges changes;

  GroupEndpoint(Transactions transactions, Resources resources, GroupChanges changes) {
    this.transactions = transactions;
    this.resources = resources;
    this.changes = changes;
  }

  void enter(DirectoryRouter router) {
    router.add("scim.groups.create", HttpMethod.POST, "/Groups", this::create);
    router.add("scim.groups.get", HttpMethod.GET, ONE, this::get);
    router.add("scim.groups.replace", HttpMethod.PUT, ONE, this::replace);
    router.add("scim.groups.patch", HttpMethod.PATCH, ONE, this::patch);
    router.add("scim.groups.delete", HttpMethod.DELETE, ONE, this::delete);
  }

  private Reply create(Asked asked) {
    Projection shown = asked.projection();
    ScimDocument document = document(asked);
    return told(asked, shown, 201, changes.create(asked, document, document.members()));
  }

  private static ScimDocument document(Asked asked) {
    ScimDocument document = ScimDocument.ofGroup(asked.body());
    asked.warnOfUnknown(document.dropped());
    return document;
  }

  /**
   * Answers with a group.
   *
   * @param shown which is read before anything is changed, since it may be wrong
   */
  private Reply told(Asked asked, Projection shown, int status, GroupRow group) {
    return Reply.of(
        status,
        resources.group(asked, shown, group),
        group.version(),
        asked.location(ResourceKind.GROUP, group.id()));
  }

  private Reply get(Asked asked) {
    GroupRow group = GroupRows.find(transactions, asked.directory().directoryId(), asked.id());
    asked.noted().resourceId(group.id());
    @Nullable String seen = asked.ifNoneMatch();
    if (seen != null && EntityTags.names(seen, group.version())) {
      return Reply.notModified(group.version());
    }
    Projection shown = asked.projection();
    Reply reply = Bounded.read(() -> told(asked, shown, 200, group));
    if (shown.includes(ShownMembers.NAME) && !isWhole(reply)) {
      throw ShownMembers.tooMany();
    }
    return reply;
  }

  private static boolean isWhole(Reply reply) {
    return reply.body() != null && reply.body().has(ShownMembers.NAME);
  }

  private Reply replace(Asked asked) {
    Projection shown = asked.projection();
    ScimDocument document = document(asked);
    return told(
        asked, shown, 200, changes.replace(asked, asked.id(), document, document.members()));
  }

  /** Answered without a body, which would list all members, unless some of it is asked for. */
  private Reply patch(Asked asked) {
    Projection shown = asked.projection();
    PatchRequest patch = PatchRequest.parse(asked.body(), ResourceKind.GROUP);
    asked.warnOfUnknown(patch.dropped());
    GroupRow group = changes.patch(asked, asked.id(), patch.steps());
    return asked.parameter("attributes") == null && asked.parameter("excludedAttributes") == null
        ? Reply.noContent(group.version())
        : told(asked, shown, 200, group);
  }

  private Reply delete(Asked asked) {
    changes.delete(asked, asked.id());
    return Reply.NO_CONTENT;
  }
}
