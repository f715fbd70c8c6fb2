package io.tollgate.management.directory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.scim.PatchRequest;
import io.tollgate.management.scim.Projection;
import io.tollgate.management.scim.ResourceKind;
import io.tollgate.management.scim.ScimDocument;
import io.tollgate.management.scim.Vocabulary;
import io.tollgate.management.wire.EntityTags;
import io.vertx.core.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/** The endpoints of one user. Safe for all virtual threads. */
final class UserEndpoint {
  private static final String ONE = "/Users/:id";

  private final Transactions transactions;
  private final Resources resources;
  private final Vocabularies vocabularies;
  private final UserChanges changes;

  UserEndpoint(
      Transactions transactions,
      Resources resources,
      Vocabularies vocabularies,
      UserChanges changes) {
    this.transactions = transactions;
    this.resources = resources;
    this.vocabularies = vocabularies;
    this.changes = changes;
  }

  void enter(DirectoryRouter router) {
    router.add("scim.users.create", HttpMethod.POST, "/Users", this::create);
    router.add("scim.users.get", HttpMethod.GET, ONE, this::get);
    router.add("scim.users.replace", HttpMethod.PUT, ONE, this::replace);
    router.add("scim.users.patch", HttpMethod.PATCH, ONE, this::patch);
    router.add("scim.users.delete", HttpMethod.DELETE, ONE, this::delete);
  }

  private Reply create(Asked asked) {
    Projection shown = asked.projection();
    ScimDocument document = ScimDocument.ofUser(asked.body(), vocabularies.of(asked), true);
    asked.warnOfUnknown(document.dropped());
    return told(asked, shown, 201, changes.create(asked, document));
  }

  /**
   * Reads a user who is there already.
   *
   * @param before as he is
   */
  private static ScimDocument document(
      Asked asked, ObjectNode tree, Vocabulary vocabulary, ObjectNode before) {
    ScimDocument document = ScimDocument.ofUser(tree, vocabulary, before);
    asked.warnOfUnknown(document.dropped());
    if (document.keepsEmails()) {
      asked.noted().warn("scim_emails_kept", "A user has one e-mail address at least.");
    }
    return document;
  }

  /**
   * Answers with a user.
   *
   * @param shown which is read before anything is changed, since it may be wrong
   */
  private Reply told(Asked asked, Projection shown, int status, UserRow user) {
    return Reply.of(
        status,
        resources.user(asked, shown, user),
        user.version(),
        asked.location(ResourceKind.USER, user.id()));
  }

  private Reply get(Asked asked) {
    UserRow user = UserRows.find(transactions, asked.directory().directoryId(), asked.id());
    asked.noted().userId(user.userId());
    asked.noted().resourceId(user.id());
    @Nullable String seen = asked.ifNoneMatch();
    return seen != null && EntityTags.names(seen, user.version())
        ? Reply.notModified(user.version())
        : told(asked, asked.projection(), 200, user);
  }

  /** What is not named is cleared; but who is switched off stays so until it is said. */
  private Reply replace(Asked asked) {
    Projection shown = asked.projection();
    ObjectNode body = asked.body();
    Vocabulary vocabulary = vocabularies.of(asked);
    UserRow user =
        changes.update(asked, asked.id(), before -> document(asked, body, vocabulary, before));
    return told(asked, shown, 200, user);
  }

  private Reply patch(Asked asked) {
    Projection shown = asked.projection();
    Vocabulary vocabulary = vocabularies.of(asked);
    PatchRequest patch = PatchRequest.parse(asked.body(), ResourceKind.USER, vocabulary);
    asked.warnOfUnknown(patch.dropped());
    UserRow user =
        changes.update(
            asked,
            asked.id(),
            before ->
                document(asked, GroupChanges.patched(before, patch.steps()), vocabulary, before));
    return told(asked, shown, 200, user);
  }

  private Reply delete(Asked asked) {
    changes.delete(asked, asked.id());
    return Reply.NO_CONTENT;
  }
}
