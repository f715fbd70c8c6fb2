package io.tollgate.management.connection;

import io.tollgate.management.audit.Origin;
import io.tollgate.management.key.Texts;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.Forms;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Page;
import io.tollgate.management.object.Service;
import io.tollgate.management.object.WordId;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.management.wire.RequestParameters;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The endpoints of enterprise connections. Safe for all virtual threads. */
final class ConnectionEndpoint {
  static final String ROOT = "/enterprise_connections";
  static final String ONE = ROOT + "/:id";

  private static final String PROVIDER = "provider";
  private static final String DOMAINS = "domains";
  private static final String ACTIVE = "active";
  private static final String LINKING = "allow_organization_account_linking";
  private static final String SYNCS = "sync_user_attributes";
  private static final String ALONE = "disable_additional_identifications";
  private static final int DOMAINS_MAX = 100;
  private static final int DOMAIN_MAX = 253;
  private static final Pattern DOMAIN =
      Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?");

  private static final List<String> PROVIDERS =
      List.of(
          "saml_custom",
          "saml_okta",
          "saml_google",
          "saml_microsoft",
          "oidc_custom",
          "oidc_github_enterprise",
          "oidc_gitlab");

  private static final Set<String> CHANGEABLE =
      Set.of(
          Fields.NAME,
          DOMAINS,
          ACTIVE,
          LINKING,
          SYNCS,
          ALONE,
          ConnectionRegistry.ORGANIZATION,
          SignIn.SAML,
          SignIn.OIDC,
          CustomAttribute.MEMBER);

  private static final Set<String> NEW =
      Stream.concat(CHANGEABLE.stream(), Stream.of(PROVIDER))
          .collect(Collectors.toUnmodifiableSet());

  private final Service service;
  private final ConnectionRegistry connections;

  ConnectionEndpoint(Service service, ConnectionRegistry connections) {
    this.service = service;
    this.connections = connections;
  }

  void enter(Endpoints endpoints) {
    Area area = Area.DIRECTORY;
    endpoints.get("enterprise_connections.list", area, ROOT, Forms.of(this::list));
    endpoints.post("enterprise_connections.create", area, ROOT, Forms.of(this::create));
    endpoints.get("enterprise_connections.get", area, ONE, Forms.of(this::get));
    endpoints.patch("enterprise_connections.update", area, ONE, Forms.of(this::update));
    endpoints.delete("enterprise_connections.delete", area, ONE, Forms.of(this::delete));
  }

  private void list(RoutingContext exchange) {
    var parameters = new RequestParameters(exchange);
    Page page = Page.parse(parameters, ConnectionViews.CONNECTIONS.columns());
    @Nullable String organization = parameters.textOrNull(ConnectionRegistry.ORGANIZATION);
    @Nullable Boolean active =
        parameters.textOrNull(ACTIVE) == null ? null : parameters.flag(ACTIVE);
    ObjectView.Listed listed =
        service.list(
            ConnectionViews.CONNECTIONS,
            page,
            "($4::text IS NULL OR t.organization_id = $4)"
                + " AND ($5::boolean IS NULL OR t.active = $5)",
            Tuple.tuple().addString(organization).addBoolean(active));
    Endpoints.answer(exchange, listed.page());
  }

  private void get(RoutingContext exchange) {
    String id = id(exchange);
    Endpoints.answer(
        exchange,
        service.find(ConnectionViews.CONNECTIONS, id, ConnectionEndpoint::unknown).text());
  }

  private void create(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(NEW);
    String name = Fields.name(body);
    String provider = body.text(PROVIDER);
    if (!PROVIDERS.contains(provider)) {
      throw Fields.notOneOf(PROVIDER, provider, "one of " + String.join(", ", PROVIDERS));
    }
    if (!body.hasValue(DOMAINS)) {
      throw body.missing(DOMAINS);
    }
    ConnectionRegistry.Wanted wanted = wanted(body, name, provider);
    if (wanted.domains() == null) {
      throw count(0);
    }
    SignIn.checkKind(provider, wanted.saml(), wanted.oidc());
    Changed made = connections.insert(wanted, Origin.of(exchange));
    service.pass(made);
    Endpoints.answerCreated(exchange, made.object().text());
  }

  private static ConnectionRegistry.Wanted wanted(
      RequestBody body, @Nullable String name, @Nullable String provider) {
    @Nullable JsonObject saml = SignIn.parse(body, SignIn.SAML);
    return new ConnectionRegistry.Wanted(
        name,
        provider,
        domains(body),
        organization(body),
        flagOrNull(body, ACTIVE),
        flagOrNull(body, LINKING),
        flagOrNull(body, SYNCS),
        flagOrNull(body, ALONE),
        saml,
        SignIn.parse(body, SignIn.OIDC),
        CustomAttribute.parse(body));
  }

  static @Nullable Boolean flagOrNull(RequestBody body, String member) {
    return body.hasValue(member) ? body.flag(member) : null;
  }

  private static @Nullable String organization(RequestBody body) {
    String member = ConnectionRegistry.ORGANIZATION;
    @Nullable String id = body.textOrNull(member);
    if (id != null && !WordId.isId("org_", id)) {
      throw Texts.format(member, id, "org_ followed by 27 letters, digits or underscores");
    }
    return id;
  }

  /** None at all says nothing of them. */
  private static @Nullable List<String> domains(RequestBody body) {
    if (!body.hasValue(DOMAINS) || body.texts(DOMAINS).isEmpty()) {
      return null;
    }
    List<String> domains =
        body.texts(DOMAINS).stream()
            .map(domain -> domain.toLowerCase(Locale.ROOT))
            .distinct()
            .toList();
    if (domains.size() > DOMAINS_MAX) {
      throw count(domains.size());
    }
    for (String domain : domains) {
      if (domain.length() > DOMAIN_MAX || !DOMAIN.matcher(domain).matches()) {
        throw Texts.format(DOMAINS, domain, "domains such as example.com");
      }
    }
    return domains;
  }

  private static ApiError count(int domains) {
    return ApiError.parameter(
        domains == 0 ? "form_param_min_length_exceeded" : "form_param_value_too_large",
        domains == 0 ? "is too short" : "is too large",
        DOMAINS,
        DOMAINS + " must name 1 to " + DOMAINS_MAX + ", named " + domains + ".");
  }

  private void update(RoutingContext exchange) {
    String id = id(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(CHANGEABLE);
    ConnectionRegistry.Wanted wanted = wanted(body, Fields.nameOrNull(body), null);
    service.answer(
        exchange,
        connections
            .update(id, wanted, Origin.of(exchange))
            .orElseThrow(ConnectionEndpoint::unknown));
  }

  private void delete(RoutingContext exchange) {
    String id = id(exchange);
    service.answerDeleted(
        exchange,
        connections.delete(id, Origin.of(exchange)).orElseThrow(() -> service.passed(unknown())));
  }

  static String id(RoutingContext exchange) {
    return Service.id(exchange, "id", ConnectionRegistry.PREFIX, ConnectionEndpoint::unknown);
  }

  static ApiError unknown() {
    return ApiError.notFound("No enterprise connection has this id.");
  }
}
