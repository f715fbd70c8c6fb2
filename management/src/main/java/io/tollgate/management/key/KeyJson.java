package io.tollgate.management.key;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tollgate.key.Secret;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The contract's object {@code api_key}: all members always there, claims as they came. */
final class KeyJson {
  private static final JsonFactory JSON = new JsonFactory();

  private KeyJson() {}

  static String encode(ApiKey key) {
    return write(out -> object(out, key, null));
  }

  /** Spells the object with its secret, which is shown this once. */
  static String encode(ApiKey key, Secret secret) {
    return write(out -> object(out, key, secret));
  }

  /** Spells what is left of a key that was deleted. */
  static String deleted(String id) {
    return write(
        out -> {
          out.writeStartObject();
          out.writeStringField("object", "api_key");
          out.writeStringField("id", id);
          out.writeBooleanField("deleted", true);
          out.writeEndObject();
        });
  }

  static String encode(List<ApiKey> page, long total) {
    return write(
        out -> {
          out.writeStartObject();
          out.writeArrayFieldStart("data");
          for (ApiKey key : page) {
            object(out, key, null);
          }
          out.writeEndArray();
          out.writeNumberField("total_count", total);
          out.writeEndObject();
        });
  }

  private static void object(JsonGenerator out, ApiKey key, @Nullable Secret secret)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("object", "api_key");
    out.writeStringField("id", key.id());
    out.writeStringField("type", key.type());
    out.writeStringField("subject", key.subject());
    out.writeStringField("name", key.name());
    out.writeStringField("description", key.description());
    writeObject(out, "claims", key.claims());
    writeTexts(out, "scopes", key.scopes());
    if (secret != null) {
      out.writeStringField("secret", secret.reveal());
    }
    out.writeBooleanField("enabled", key.enabled());
    writeTexts(out, "allowed_ip_ranges", key.addresses());
    writeObject(out, "metadata", key.metadata());
    out.writeBooleanField("revoked", key.revoked());
    out.writeStringField("revocation_reason", key.revocationReason());
    out.writeBooleanField("expired", key.expired());
    writeMillis(out, "expiration", key.expiresAtMillis());
    out.writeStringField("created_by", key.createdBy());
    writeMillis(out, "last_used_at", key.lastUsedAtMillis());
    out.writeNumberField("created_at", key.createdAtMillis());
    out.writeNumberField("updated_at", key.updatedAtMillis());
    out.writeEndObject();
  }

  /** Writes an object as it came. */
  private static void writeObject(JsonGenerator out, String name, @Nullable String text)
      throws IOException {
    out.writeFieldName(name);
    if (text == null) {
      out.writeNull();
    } else {
      out.writeRawValue(text);
    }
  }

  private static void writeTexts(JsonGenerator out, String name, List<String> texts)
      throws IOException {
    out.writeArrayFieldStart(name);
    for (String text : texts) {
      out.writeString(text);
    }
    out.writeEndArray();
  }

  private static void writeMillis(JsonGenerator out, String name, @Nullable Long millis)
      throws IOException {
    if (millis == null) {
      out.writeNullField(name);
    } else {
      out.writeNumberField(name, millis);
    }
  }

  private interface Writing {
    void to(JsonGenerator out) throws IOException;
  }

  private static String write(Writing writing) {
    var text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      writing.to(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
