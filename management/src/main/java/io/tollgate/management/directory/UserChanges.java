package io.tollgate.management.directory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.connection.DirectoryAccess;
import io.tollgate.management.connection.MappedAttributes;
import io.tollgate.management.connection.RoleChange;
import io.tollgate.management.connection.RoleResolution;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.role.DirectoryUsers;
import io.tollgate.management.scim.ScimDocument;
import io.tollgate.management.scim.ScimError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of users when their directory tells of them. Each is one change: the document, the
 * user, his role, and whether his keys work. Safe for all virtual threads.
 */
final class UserChanges {
  private static final String LEFT = "user deactivated by his directory";

  private final Holding holding;
  private final RoleResolution roles;
  private final MappedAttributes attributes;
  private final RandomGenerator random;

  UserChanges(
      Holding holding, RoleResolution roles, MappedAttributes attributes, RandomGenerator random) {
    this.holding = holding;
    this.roles = roles;
    this.attributes = attributes;
    this.random = random;
  }

  /**
   * Makes a user of whom nobody has told yet, or takes over the one who was here before. Whom the
   * directory has told of already is a conflict, also where it was disabled meanwhile: providers
   * look for him by his names before they make him, and go on with the one whom they find; and a
   * POST that took him over would make two people one where a name is given to another.
   */
  UserRow create(Asked asked, ScimDocument document) {
    Holding.Done<UserRow> done;
    try {
      done = holding.change(asked, change -> create(change, asked, document));
    } catch (ScimError refusal) {
      if (refusal.status() == 409) {
        // He may be the caller's own, whom an answer never reached that said: not proven.
        String directoryId = asked.directory().directoryId();
        holding.proveIf(change -> UserRows.isInactiveInTheWay(change, directoryId, document));
      }
      throw refusal;
    }
    return marked(done);
  }

  /** Marks the keys of whoever has left by it, for those who list them. */
  private UserRow marked(Holding.Done<UserRow> done) {
    UserRow user = done.object();
    if (done.waits() && !user.active()) {
      holding.markEnded(user.userId(), done.change(), LEFT);
    }
    return user;
  }

  private Holding.Done<UserRow> create(Change change, Asked asked, ScimDocument document) {
    DirectoryAccess directory = asked.directory();
    String directoryId = directory.directoryId();
    @Nullable String known = known(change, directory, document);
    @Nullable Spelled before = known == null ? null : DirectoryUsers.get(change, known);
    String userId =
        known == null
            ? DirectoryUsers.insert(change, random, directoryId, document.active())
            : takenOver(change, known, directoryId, document.active());
    String id = new UUID(random.nextLong(), random.nextLong()).toString();
    UserRow row =
        Conflicts.told(document, () -> UserRows.insert(change, directoryId, id, userId, document));
    List<AuditEntry> lines = new ArrayList<>();
    if (known != null) {
      lines.addAll(DirectoryUsers.lapse(change, asked.origin(), userId));
    }
    lines.addAll(carry(change, asked, row, document));
    Spelled after = DirectoryUsers.get(change, userId);
    lines.addFirst(
        asked
            .origin()
            .entry(
                before == null ? "user.create" : "user.link",
                userId,
                before == null ? null : before.text(),
                after.text()));
    return before == null
        ? Holding.Done.created(change, row, lines)
        : Holding.Done.changed(change, row, lines, !row.active());
  }

  /** Returns who is to be taken over, null where nobody is. */
  private static @Nullable String known(
      Change change, DirectoryAccess directory, ScimDocument document) {
    List<String> emails = document.emails().stream().map(ScimDocument.Email::value).toList();
    List<DirectoryUsers.Namesake> namesakes =
        DirectoryUsers.namesakes(change, directory.directoryId(), emails);
    for (DirectoryUsers.Namesake namesake : namesakes) {
      if (namesake.directoryId() != null) {
        throw ScimError.uniqueness(
            "Another directory has brought a user with one of these e-mail addresses, and a user"
                + " belongs to one directory at most.");
      }
      if (namesakes.size() > 1) {
        throw ScimError.uniqueness(
            "Several users have one of these e-mail addresses already; which one is meant can't be"
                + " told.");
      }
      if (namesake.shared().stream().noneMatch(email -> isOurs(directory, email))) {
        throw ScimError.uniqueness(
            "A user has one of these e-mail addresses already, whose domain is none of the"
                + " connection's.");
      }
    }
    return namesakes.isEmpty() ? null : namesakes.getFirst().id();
  }

  private static boolean isOurs(DirectoryAccess directory, String email) {
    String domain = email.substring(email.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
    return directory.domains().contains(domain);
  }

  private static String takenOver(
      Change change, String userId, String directoryId, boolean active) {
    if (!DirectoryUsers.takeOver(change, userId, directoryId, active)) {
      throw ScimError.uniqueness(
          "The user who has one of these e-mail addresses has just become another one's.");
    }
    return userId;
  }

  /** Carries over to a user what is told of him, and returns what the audit is to tell of it. */
  private List<AuditEntry> carry(Change change, Asked asked, UserRow row, ScimDocument document) {
    String directoryId = asked.directory().directoryId();
    List<AuditEntry> lines = new ArrayList<>();
    if (row.active()) {
      for (RoleChange role : roles.join(change, directoryId, List.of(row.userId()))) {
        lines.add(role.entry(asked.origin()));
      }
    }
    fill(change, asked, row, document);
    asked.noted().userId(row.userId());
    asked.noted().resourceId(row.id());
    return lines;
  }

  /** Whoever leaves does so whatever else is told of him. */
  private void fill(Change change, Asked asked, UserRow row, ScimDocument document) {
    String directoryId = asked.directory().directoryId();
    try {
      attributes
          .apply(change, directoryId, row.userId(), document.json())
          .warnings()
          .forEach(warning -> asked.noted().warn(warning.code(), warning.message()));
    } catch (MappedAttributes.TooLarge tooLarge) {
      if (!row.active()) {
        asked.noted().warn("scim_attributes_kept", Objects.requireNonNull(tooLarge.getMessage()));
        return;
      }
      throw ScimError.invalidValue(Objects.requireNonNull(tooLarge.getMessage()));
    }
  }

  /**
   * Changes what is told of a user.
   *
   * @param edit returns the new document of the one before, which it must not change
   */
  UserRow update(Asked asked, String id, Function<ObjectNode, ScimDocument> edit) {
    Holding.Done<UserRow> done = holding.change(asked, change -> update(change, asked, id, edit));
    return marked(done);
  }

  private Holding.Done<UserRow> update(
      Change change, Asked asked, String id, Function<ObjectNode, ScimDocument> edit) {
    String directoryId = asked.directory().directoryId();
    UserRow before =
        UserRows.lock(change, directoryId, id)
            .orElseThrow(() -> new Holding.Unproven(UserRows.unknown()));
    asked.noted().userId(before.userId());
    asked.noted().resourceId(id);
    Versions.check(asked.ifMatch(), before.version(), !before.active());
    ScimDocument document = withFreeEmails(change, asked, before, edit.apply(before.document()));
    Spelled was = DirectoryUsers.get(change, before.userId());
    boolean isSame = document.json().equals(before.document());
    List<AuditEntry> lines = new ArrayList<>();
    UserRow after =
        isSame
            ? before
            : Conflicts.told(document, () -> UserRows.update(change, directoryId, id, document));
    String action = "user.update";
    if (before.active() && !after.active()) {
      action = "user.deactivate";
      DirectoryUsers.leave(change, before.userId());
      lines.addAll(madeKeys(change, asked, before.userId()));
    } else if (!before.active() && after.active()) {
      action = "user.reactivate";
      DirectoryUsers.comeBack(change, before.userId());
    }
    lines.addAll(carry(change, asked, after, document));
    Spelled is = DirectoryUsers.get(change, before.userId());
    if (isSame && is.text().equals(was.text()) && lines.isEmpty()) {
      return Holding.Done.nothing(change, before);
    }
    lines.addFirst(asked.origin().entry(action, before.userId(), was.text(), is.text()));
    return Holding.Done.changed(change, after, lines, !after.active());
  }

  /**
   * Addresses that a user gets may be nobody's whom another directory has brought, or none: who
   * comes with them later would be shut out. Whoever leaves does so without them.
   */
  private static ScimDocument withFreeEmails(
      Change change, Asked asked, UserRow before, ScimDocument document) {
    Set<String> had = new HashSet<>();
    for (JsonNode email : before.document().path("emails")) {
      had.add(email.path("value").asText().toLowerCase(Locale.ROOT));
    }
    List<String> added =
        document.emails().stream()
            .map(ScimDocument.Email::value)
            .filter(email -> !had.contains(email.toLowerCase(Locale.ROOT)))
            .toList();
    String directoryId = asked.directory().directoryId();
    if (added.isEmpty() || DirectoryUsers.namesakes(change, directoryId, added).isEmpty()) {
      return document;
    }
    if (document.active()) {
      throw ScimError.uniqueness(
          "A user whom this directory has not brought has one of these e-mail addresses.");
    }
    asked.noted().warn("scim_emails_kept", "Another user has one of the new addresses.");
    return document.withEmailsOf(before.document());
  }

  private static List<AuditEntry> madeKeys(Change change, Asked asked, String userId) {
    List<AuditEntry> lines = DirectoryUsers.madeForOrganizations(change, asked.origin(), userId);
    if (!lines.isEmpty()) {
      asked
          .noted()
          .warn("The leaver has made keys of organizations, which live on: see the audit.");
    }
    return lines;
  }

  /** Ends a user for good: who comes again after that is another one. */
  void delete(Asked asked, String id) {
    Holding.Done<Optional<String>> done =
        holding.change(asked, change -> delete(change, asked, id));
    String userId = done.object().orElseThrow(UserRows::unknown);
    holding.markEnded(userId, done.change(), "user deleted by his directory");
  }

  private Holding.Done<Optional<String>> delete(Change change, Asked asked, String id) {
    String directoryId = asked.directory().directoryId();
    Origin origin = asked.origin();
    Optional<UserRow> found = UserRows.lockForGood(change, directoryId, id);
    if (found.isEmpty()) {
      return Holding.Done.nothing(change, Optional.empty());
    }
    DirectoryUsers.lockGroups(change, directoryId, id);
    Versions.check(asked.ifMatch(), found.get().version(), !found.get().active());
    String userId = found.get().userId();
    asked.noted().userId(userId);
    asked.noted().resourceId(id);
    Spelled was = DirectoryUsers.get(change, userId);
    List<String> names =
        Stream.of("userName", "externalId", "displayName")
            .map(name -> found.get().document().path(name).asText())
            .toList();
    List<AuditEntry> lines = new ArrayList<>(DirectoryUsers.depart(change, origin, userId, names));
    lines.addAll(madeKeys(change, asked, userId));
    UserRows.delete(change, directoryId, id);
    String is = DirectoryUsers.get(change, userId).text();
    lines.addFirst(origin.entry("user.depart", userId, was.text(), is));
    return Holding.Done.changed(change, Optional.of(userId), lines, true);
  }
}
