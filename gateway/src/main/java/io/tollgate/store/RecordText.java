package io.tollgate.store;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The text of a record: JSON, of a version and a kind. Records of equal content are spelled alike.
 */
public final class RecordText {
  /** Readers take this version only; writers of a newer one keep writing this beside it. */
  private static final int VERSION = 2;

  private static final String KEY = "key";
  private static final String INSTANCE = "instance";
  private static final String SUBJECT = "subject";
  private static final String ROLE = "role";
  private static final String PLAN = "plan";
  private static final String SECRET_KEY = "secret_key";

  private RecordText() {}

  public static String encode(StoredRecord record) {
    JsonObject json =
        switch (record) {
          case KeyRecord key -> key(key);
          case InstanceRecord instance -> instance(instance);
          case SubjectRecord subject -> subject(subject);
          case RoleRecord role ->
              of(ROLE).put("permissions", array(new TreeSet<>(role.permissions())));
          case PlanRecord plan -> PlanText.write(of(PLAN), plan.plan());
          case SecretKeyRecord secretKey -> secretKey(secretKey);
        };
    return json.encode();
  }

  private static JsonObject of(String kind) {
    return new JsonObject().put("version", VERSION).put("kind", kind);
  }

  static JsonArray array(Iterable<String> texts) {
    var array = new JsonArray();
    texts.forEach(array::add);
    return array;
  }

  private static JsonObject key(KeyRecord key) {
    JsonObject json =
        of(KEY)
            .put("number", key.number())
            .put("since", key.since())
            .put("id", key.id().toString())
            .put("subject", key.subject().id())
            .put("scopes", array(key.scopes().toList()))
            .put("revoked", key.revoked())
            .put("enabled", key.enabled());
    @Nullable Subject member = key.member();
    putIfSet(json, "member", member == null ? null : member.id());
    if (!key.addresses().isEmpty()) {
      json.put("addresses", array(key.addresses()));
    }
    return withExpiry(json, key.expiresAtMillis());
  }

  private static JsonObject withExpiry(JsonObject json, long millis) {
    return millis == KeyRecord.NEVER ? json : json.put("expires_at", millis);
  }

  private static JsonObject instance(InstanceRecord instance) {
    JsonObject json =
        of(INSTANCE)
            .put("keys_enabled", instance.keysEnabled())
            .put("sha256", instance.takesSha256())
            .put("sha512", instance.takesSha512());
    putIfSet(json, "user_plan", instance.userPlan());
    return putIfSet(json, "organization_plan", instance.organizationPlan());
  }

  private static JsonObject putIfSet(JsonObject json, String member, @Nullable String text) {
    return text == null ? json : json.put(member, text);
  }

  private static JsonObject subject(SubjectRecord subject) {
    var roles = new JsonObject();
    new TreeMap<>(subject.roles()).forEach(roles::put);
    JsonObject json =
        of(SUBJECT)
            .put("revoked_before", subject.revokedBefore())
            .put("enabled", subject.enabled())
            .put("roles", roles);
    return putIfSet(json, "plan", subject.plan());
  }

  private static JsonObject secretKey(SecretKeyRecord secretKey) {
    JsonObject json =
        of(SECRET_KEY)
            .put("id", secretKey.id())
            .put("areas", array(new TreeSet<>(secretKey.areas())));
    return withExpiry(json, secretKey.expiresAtMillis());
  }

  /**
   * Reads a record.
   *
   * @throws RuntimeException of some kind if the text is not of this version, or nothing of ours
   */
  public static StoredRecord decode(String text) {
    var json = new JsonObject(text);
    if (json.getInteger("version") != VERSION) {
      throw new IllegalArgumentException("a record of version " + json.getInteger("version"));
    }
    String kind = json.getString("kind");
    return switch (kind) {
      case KEY -> readKey(json);
      case INSTANCE -> readInstance(json);
      case SUBJECT -> readSubject(json);
      case ROLE -> new RoleRecord(Set.copyOf(texts(json.getJsonArray("permissions"))));
      case PLAN -> new PlanRecord(PlanText.read(json));
      case SECRET_KEY ->
          new SecretKeyRecord(
              json.getString("id"),
              Set.copyOf(texts(json.getJsonArray("areas"))),
              json.getLong("expires_at", KeyRecord.NEVER));
      default -> throw new IllegalArgumentException("a record of kind " + kind);
    };
  }

  static List<String> texts(JsonArray array) {
    return array.stream().map(String.class::cast).toList();
  }

  private static InstanceRecord readInstance(JsonObject json) {
    return new InstanceRecord(
        json.getBoolean("keys_enabled"),
        json.getBoolean("sha256"),
        json.getBoolean("sha512"),
        json.getString("user_plan"),
        json.getString("organization_plan"));
  }

  private static KeyRecord readKey(JsonObject json) {
    @Nullable String member = json.getString("member");
    return new KeyRecord(
        json.getLong("number"),
        json.getLong("since"),
        KeyId.parse(json.getString("id")),
        new Subject(json.getString("subject")),
        member == null ? null : new Subject(member),
        Scopes.of(texts(json.getJsonArray("scopes"))),
        texts(json.getJsonArray("addresses", new JsonArray())),
        json.getBoolean("revoked"),
        json.getBoolean("enabled"),
        json.getLong("expires_at", KeyRecord.NEVER));
  }

  private static SubjectRecord readSubject(JsonObject json) {
    Map<String, String> roles = new TreeMap<>();
    json.getJsonObject("roles").forEach(role -> roles.put(role.getKey(), (String) role.getValue()));
    return new SubjectRecord(
        json.getLong("revoked_before"), json.getBoolean("enabled"), roles, json.getString("plan"));
  }
}
