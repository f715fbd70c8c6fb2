package io.tollgate.management.instance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tollgate.management.audit.AuditChain;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestParameters;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** The endpoints that read the audit, and prove that nobody altered it. Safe for all threads. */
public final class AuditEndpoint {
  private static final JsonFactory JSON = new JsonFactory();

  private final Transactions transactions;

  public AuditEndpoint(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Enters the endpoints into the table. */
  public void enter(Endpoints endpoints) {
    endpoints.get("audit.list", Area.INSTANCE, "/audit", this::list);
    endpoints.get("audit.verify", Area.INSTANCE, "/audit/verification", this::verify);
  }

  private void list(RoutingContext exchange) {
    AuditSearch search = AuditSearch.parse(new RequestParameters(exchange));
    Endpoints.answer(exchange, encode(transactions.read(search.sql(), search.parameters())));
  }

  private void verify(RoutingContext exchange) {
    AuditChain.Verification done = AuditChain.verify(transactions::read);
    var json =
        new JsonObject()
            .put("object", "audit_verification")
            .put("valid", done.isValid())
            .put("checked", done.checked())
            .put("first_broken", done.firstBroken());
    Endpoints.answer(exchange, json.encode());
  }

  private static String encode(RowSet<Row> rows) {
    var text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      out.writeArrayFieldStart("data");
      long total = 0;
      for (Row row : rows) {
        total = row.getLong("total");
        if (row.getLong("number") != null) {
          entry(out, row);
        }
      }
      out.writeEndArray();
      out.writeNumberField("total_count", total);
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void entry(JsonGenerator out, Row row) throws IOException {
    out.writeStartObject();
    out.writeStringField("object", "audit_entry");
    out.writeNumberField("number", row.getLong("number"));
    out.writeNumberField("at", row.getOffsetDateTime("at").toInstant().toEpochMilli());
    out.writeStringField("actor", row.getString("actor"));
    out.writeStringField("request_id", row.getString("request_id"));
    out.writeStringField("action", row.getString("action"));
    out.writeStringField("target", row.getString("object"));
    writeObject(out, "before", row.getString("before"));
    writeObject(out, "after", row.getString("after"));
    out.writeStringField("hash", row.getString("hash"));
    out.writeEndObject();
  }

  /** Writes an object as it stands, numbers of any precision too. */
  private static void writeObject(JsonGenerator out, String name, @Nullable String text)
      throws IOException {
    out.writeFieldName(name);
    out.writeRawValue(text == null ? "null" : text);
  }
}
