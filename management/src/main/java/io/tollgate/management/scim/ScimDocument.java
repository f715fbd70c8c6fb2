package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.wire.ApiError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an identity provider tells of one user or group, as it is kept: names spelled as the schemas
 * do, values of the types that they say, and nothing that the server alone tells. Immutable, if
 * nobody writes to its tree.
 */
public final class ScimDocument {
  private static final String EMAILS = "emails";
  private static final int NAME_MAX = 256;
  private static final int USER_NAME_MAX = 320;
  private static final int EMAIL_MAX = 320;

  /** Of the whole, as text. */
  private static final int LENGTH_MAX = 256 * 1024;

  /** An e-mail address of a user. */
  public record Email(String value, @Nullable String type, boolean primary) {}

  private final ObjectNode json;
  private final Members members;
  private final List<String> dropped;
  private final boolean keepsEmails;

  private ScimDocument(
      ObjectNode json, Members members, List<String> dropped, boolean keepsEmails) {
    this.json = json;
    this.members = members;
    this.dropped = List.copyOf(dropped);
    this.keepsEmails = keepsEmails;
  }

  /** Reads a user by the standard's attributes, who is active unless it is said otherwise. */
  public static ScimDocument ofUser(ObjectNode body) {
    return ofUser(body, Vocabulary.STANDARD, true);
  }

  /**
   * Reads a user: of a POST or PUT, or as a PATCH has left him. What this has made comes out of it
   * as it is.
   *
   * @param activeIfUntold what {@code active} is where the body does not say: who was switched off
   *     must not be switched on by a silence
   * @throws ScimError a 400 that names what is wrong
   */
  public static ScimDocument ofUser(
      ObjectNode body, Vocabulary vocabulary, boolean activeIfUntold) {
    return user(body, vocabulary, activeIfUntold, MissingNode.getInstance());
  }

  /**
   * Reads a user who is there already, of a PUT or as a PATCH has left him: where it tells of no
   * address, he keeps those that he has, so that whatever else it tells is done, and a leaver whose
   * mailbox is gone leaves.
   *
   * @param before his document, which is not changed
   * @throws ScimError a 400 that names what is wrong
   */
  public static ScimDocument ofUser(ObjectNode body, Vocabulary vocabulary, ObjectNode before) {
    return user(body, vocabulary, before.path("active").asBoolean(), before.path(EMAILS));
  }

  private static ScimDocument user(
      ObjectNode body, Vocabulary vocabulary, boolean activeIfUntold, JsonNode emails) {
    var tree = new DocumentTree(ResourceKind.USER, vocabulary);
    tree.addAll(body);
    ObjectNode json = tree.finished();
    boolean keepsEmails = json.path(EMAILS).isEmpty() && !emails.isEmpty();
    if (keepsEmails) {
      json.set(EMAILS, emails.deepCopy());
    }
    if (!json.has("active")) {
      json.put("active", activeIfUntold);
    }
    required(json, "userName", USER_NAME_MAX);
    limited(json, "externalId", NAME_MAX);
    checkEmails(json);
    checkPrimaries(json);
    checkLength(json);
    // What a name leads into stands deeper here than in the body.
    ScimJson.checkDepth(json);
    ValueRow.of(json);
    return new ScimDocument(json, Members.NONE, tree.dropped(), keepsEmails);
  }

  /** Reads a group, whose members are told apart. */
  public static ScimDocument ofGroup(ObjectNode body) {
    var tree = new DocumentTree(ResourceKind.GROUP, Vocabulary.STANDARD);
    tree.addAll(body);
    ObjectNode json = tree.finished();
    required(json, "displayName", NAME_MAX);
    limited(json, "externalId", NAME_MAX);
    return new ScimDocument(json, tree.members(), tree.dropped(), false);
  }

  private static void required(ObjectNode json, String name, int max) {
    if (json.path(name).asText().isBlank()) {
      throw ScimError.invalidValue(name + " is required, and may not be empty.");
    }
    limited(json, name, max);
  }

  private static void limited(ObjectNode json, String name, int max) {
    String value = json.path(name).asText();
    if (value.length() > max) {
      throw ScimError.invalidValue(
          name + " may have " + max + " characters, has " + value.length() + ".");
    }
  }

  private static void checkEmails(ObjectNode json) {
    if (json.path(EMAILS).isEmpty()) {
      throw ScimError.invalidValue(
          "emails is required, with one address at least; userName does not stand for it.");
    }
    for (JsonNode email : json.path(EMAILS)) {
      String value = email.path("value").asText();
      int at = value.lastIndexOf('@');
      boolean plain = value.chars().noneMatch(c -> c <= ' ' || c == 0x7f);
      if (at < 1 || at == value.length() - 1 || value.length() > EMAIL_MAX || !plain) {
        throw ScimError.invalidValue(
            "emails.value must be an address such as a@example.com of "
                + EMAIL_MAX
                + " characters at most, was "
                + ApiError.quote(value)
                + ".");
      }
    }
  }

  private static void checkPrimaries(ObjectNode json) {
    json.properties()
        .forEach(
            member -> {
              int primaries = 0;
              for (JsonNode element : member.getValue()) {
                primaries += element.path("primary").booleanValue() ? 1 : 0;
              }
              if (primaries > 1 && member.getValue().isArray()) {
                throw ScimError.invalidValue(
                    member.getKey() + " may have one primary value, has " + primaries + ".");
              }
            });
  }

  private static void checkLength(ObjectNode json) {
    int length = ScimJson.text(json).length();
    if (length > LENGTH_MAX) {
      throw ScimError.invalidValue(
          "A user may have " + LENGTH_MAX + " characters in all, has " + length + ".");
    }
  }

  /** Returns what is kept; members and what the server alone tells are not in it. */
  public ObjectNode json() {
    return json;
  }

  /** Returns the members that a group's body names, as those who take the place of all. */
  public Members members() {
    return members;
  }

  /** Returns the names of what was left out since nobody here knows it, each in quotes. */
  public List<String> dropped() {
    return dropped;
  }

  /** Returns whether it tells of no address, so that a user keeps those that he has. */
  public boolean keepsEmails() {
    return keepsEmails;
  }

  /** Returns the same with the addresses of another one. */
  public ScimDocument withEmailsOf(ObjectNode other) {
    ObjectNode changed = json.deepCopy();
    changed.set(EMAILS, other.path(EMAILS).deepCopy());
    return new ScimDocument(changed, members, dropped, true);
  }

  public String userName() {
    return json.path("userName").asText();
  }

  /** Returns what the user's name is looked for by. */
  public String userNameKey() {
    return Folding.key(userName());
  }

  public @Nullable String externalId() {
    return textOrNull(json, "externalId");
  }

  public boolean active() {
    return json.path("active").booleanValue();
  }

  public @Nullable String displayName() {
    return textOrNull(json, "displayName");
  }

  /** Returns what a group's name is looked for by, or a user's that is shown. */
  public @Nullable String displayNameKey() {
    @Nullable String name = displayName();
    return name == null ? null : Folding.key(name);
  }

  /** Returns a user's addresses in the order in which they were told. */
  public List<Email> emails() {
    List<Email> emails = new ArrayList<>();
    for (JsonNode email : json.path(EMAILS)) {
      emails.add(
          new Email(
              email.path("value").asText(),
              textOrNull(email, "type"),
              email.path("primary").booleanValue()));
    }
    return List.copyOf(emails);
  }

  /** Returns the rows by which filters find a user. */
  public List<ValueRow> valueRows() {
    return ValueRow.of(json);
  }

  private static @Nullable String textOrNull(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isTextual() ? value.textValue() : null;
  }
}
