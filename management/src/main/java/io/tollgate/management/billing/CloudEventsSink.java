package io.tollgate.management.billing;

import io.tollgate.key.Secret;
import io.tollgate.management.billing.HttpCaller.NoAnswer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Tells of usage by CloudEvents 1.0 over HTTP, in batches. A total is the whole of its hour: the
 * highest revision counts, so that it does not matter how often an event comes.
 */
final class CloudEventsSink implements UsageSink {
  private static final Map<String, String> HEADERS =
      Map.of("Content-Type", "application/cloudevents-batch+json; charset=utf-8");

  private final HttpCaller http;
  private final URI uri;

  CloudEventsSink(HttpCaller http, Secret url) {
    this.http = http;
    uri = BillingConfig.uri("billing.cloudevents-url", url.reveal());
  }

  @Override
  public String name() {
    return "cloudevents";
  }

  /** A batch is taken as a whole or not: which of its events did not please is not said. */
  @Override
  public Delivery deliver(List<UsageEvent> events) {
    var batch = new JsonArray();
    events.forEach(event -> batch.add(json(event)));
    try {
      int status = http.post(uri, HEADERS, batch.encode().getBytes(StandardCharsets.UTF_8));
      return status / 100 == 2
          ? new Delivery(events.size(), List.of(), null)
          : new Delivery(0, List.of(), "answered " + status);
    } catch (NoAnswer e) {
      return new Delivery(0, List.of(), e.getMessage());
    }
  }

  static JsonObject json(UsageEvent event) {
    String hour = event.hour().toInstant().toString();
    return new JsonObject()
        .put("specversion", "1.0")
        .put("id", event.id())
        .put("source", "urn:tollgate:usage")
        .put("type", "io.tollgate.usage.hour.v1")
        .put("subject", event.subject())
        .put("time", hour)
        .put("datacontenttype", "application/json")
        .put(
            "data",
            new JsonObject()
                .put("hour", hour)
                .put("subject", event.subject())
                .put("key_id", event.keyId())
                .put("plan_version_id", event.version().isEmpty() ? null : event.version())
                .put("meter", event.meter())
                .put("units", event.units())
                .put("revision", event.revision()));
  }
}
