package io.tollgate.management.directory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.scim.PatchRequest;
import io.tollgate.management.scim.ResourceKind;
import io.tollgate.management.scim.ScimDocument;
import io.tollgate.management.scim.Vocabulary;
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
    ScimDocument document = document(asked, asked.body(), vocabularies.of(asked), true);
    return told(asked, 201, changes.create(asked, document));
  }

  /**
   * Reads a user.
   *
   * @param active whether he is where nothing is said of that
   */
  private static ScimDocument document(
      Asked asked, ObjectNode tree, Vocabulary vocabulary, boolean active) {
    ScimDocument document = ScimDocument.ofUser(tree, vocabulary, active);
    asked.warnOfUnknown(document.dropped());
    return document;
  }

  private Reply told(Asked asked, int status, UserRow user) {
    return Reply.of(
        status,
        resources.user(asked, asked.projection(), user),
        user.version(),
        asked.location(ResourceKind.USER, user.id()));
  }

  private Reply get(Asked asked) {
    UserRow user = UserRows.find(transactions, asked.directory().directoryId(), asked.id());
    asked.noted().userId(user.userId());
    asked.noted().resourceId(user.id());
    @Nullable String seen = asked.ifNoneMatch();
    return seen != null && Versions.names(seen, user.version())
        ? Reply.notModified(user.version())
        : told(asked, 200, user);
  }

  /** What is not named is cleared; but who is switched off stays so until it is said. */
  private Reply replace(Asked asked) {
    ObjectNode body = asked.body();
    Vocabulary vocabulary = vocabularies.of(asked);
    UserRow user =
        changes.update(
            asked,
            asked.id(),
            before -> document(asked, body, vocabulary, before.path("active").asBoolean()));
    return told(asked, 200, user);
  }

  private Reply patch(Asked asked) {
    Vocabulary vocabulary = vocabularies.of(asked);
    PatchRequest patch = PatchRequest.parse(asked.body(), ResourceKind.USER, vocabulary);
    asked.warnOfUnknown(patch.dropped());
    UserRow user =
        changes.update(
            asked,
            asked.id(),
            before ->
                document(
                    asked,
                    GroupChanges.patched(before, patch.steps()),
                    vocabulary,
                    before.path("active").asBoolean()));
    return told(asked, 200, user);
  }

  private Reply delete(Asked asked) {
    changes.delete(asked, asked.id());
    return Reply.NO_CONTENT;
  }
}
