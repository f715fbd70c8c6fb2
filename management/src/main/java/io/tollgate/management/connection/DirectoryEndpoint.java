package io.tollgate.management.connection;

import io.tollgate.management.audit.Origin;
import io.tollgate.management.key.Texts;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.Forms;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Page;
import io.tollgate.management.object.Service;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.object.WordId;
import io.tollgate.management.scim.AttributePath;
import io.tollgate.management.scim.ScimError;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.management.wire.RequestParameters;
import io.tollgate.management.wire.Seconds;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The endpoints of directories under one of their two names. Safe for all virtual threads. */
final class DirectoryEndpoint {
  private static final String PROVIDER = "provider";
  private static final String ENABLED = "enabled";
  private static final String MAPS = DirectoryRegistry.MAPS;
  private static final String REQUIRES_GROUP = DirectoryRegistry.REQUIRES_GROUP;
  private static final String MAPPING = "attribute_mapping";
  private static final String API_KEY = "api_key";
  private static final int PATH_MAX = 512;
  private static final int MAPPED_NAME_MAX = 128;
  private static final int PROVIDER_MAX = 100;

  private final Naming naming;
  private final Service service;
  private final DirectoryRegistry directories;
  private final DirectoryRemoval removal;
  private final Supplier<String> url;

  /**
   * Makes the endpoints.
   *
   * @param url where identity providers reach this service
   */
  DirectoryEndpoint(
      Naming naming,
      Service service,
      DirectoryRegistry directories,
      DirectoryRemoval removal,
      Supplier<String> url) {
    this.naming = naming;
    this.service = service;
    this.directories = directories;
    this.removal = removal;
    this.url = url;
  }

  void enter(Endpoints endpoints) {
    String name = naming.collection();
    String root = "/" + name;
    String one = root + "/:id";
    Area area = Area.DIRECTORY;
    endpoints.get(name + ".list", area, root, Forms.of(this::list));
    endpoints.post(name + ".create", area, root, Forms.of(this::create));
    endpoints.get(name + ".get", area, one, Forms.of(this::get));
    endpoints.patch(name + ".update", area, one, Forms.of(this::update));
    endpoints.delete(name + ".delete", area, one, Forms.of(this::delete));
    endpoints.post(name + ".rotate_api_key", area, one + "/rotate_api_key", Forms.of(this::rotate));
    endpoints.get(name + ".tokens", area, one + "/tokens", Forms.of(this::tokens));
    endpoints.post(
        name + ".revoke_token", area, one + "/tokens/:token_id/revoke", Forms.of(this::revoke));
  }

  private void list(RoutingContext exchange) {
    ObjectView.Listed listed = service.list(ConnectionViews.DIRECTORIES, exchange);
    Endpoints.answer(exchange, naming.directories(listed, url.get()));
  }

  private void get(RoutingContext exchange) {
    Endpoints.answer(exchange, spelled(find(exchange)).text());
  }

  private Spelled find(RoutingContext exchange) {
    return service.find(ConnectionViews.DIRECTORIES, id(exchange), DirectoryEndpoint::unknown);
  }

  private Spelled spelled(Spelled directory) {
    return naming.directory(directory, url.get());
  }

  private void create(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(
        Set.of(DirectoryRegistry.CONNECTION, PROVIDER, Fields.NAME, "group_role_mappings"));
    String connection = body.text(DirectoryRegistry.CONNECTION);
    if (!WordId.isId(ConnectionRegistry.PREFIX, connection)) {
      throw Texts.format(
          DirectoryRegistry.CONNECTION,
          connection,
          "entconn_ followed by 27 letters, digits or underscores");
    }
    String provider = provider(body.text(PROVIDER));
    @Nullable String name = Fields.nameOrNull(body);
    MappingFields.refuseOfNew(body);
    answer(exchange, directories.insert(connection, provider, name, Origin.of(exchange)));
  }

  private static String provider(String text) {
    Texts.within(PROVIDER, text, 1, PROVIDER_MAX);
    if (text.isBlank()) {
      throw Texts.format(PROVIDER, text, "a text that is not blank");
    }
    return text;
  }

  private void answer(RoutingContext exchange, DirectoryRegistry.Opened opened) {
    service.pass(opened.changed());
    var json = new JsonObject(spelled(opened.changed().object()).text());
    if (opened.secret() != null) {
      json.put(API_KEY, opened.secret().reveal());
    }
    Endpoints.answer(exchange, json.encode());
  }

  private void update(RoutingContext exchange) {
    String id = id(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(Fields.NAME, ENABLED, PROVIDER, MAPPING, MAPS, REQUIRES_GROUP));
    @Nullable String provider = body.textOrNull(PROVIDER);
    var patch =
        new DirectoryRegistry.Patch(
            Fields.nameOrNull(body),
            ConnectionEndpoint.flagOrNull(body, ENABLED),
            provider == null ? null : provider(provider),
            mapping(body),
            ConnectionEndpoint.flagOrNull(body, MAPS),
            ConnectionEndpoint.flagOrNull(body, REQUIRES_GROUP));
    answer(
        exchange,
        directories.update(id, patch, Origin.of(exchange)).orElseThrow(DirectoryEndpoint::unknown));
  }

  /** Returns paths by members, null for those that are to go. */
  private static @Nullable JsonObject mapping(RequestBody body) {
    if (!body.hasValue(MAPPING)) {
      return null;
    }
    RequestBody part = body.part(MAPPING);
    var json = new JsonObject();
    for (String name : new TreeSet<>(part.names())) {
      if (name.isBlank() || name.codePointCount(0, name.length()) > MAPPED_NAME_MAX) {
        throw Texts.format(
            MAPPING,
            name,
            "an object whose names have 1 to " + MAPPED_NAME_MAX + " characters, not all blank");
      }
      @Nullable String path = part.textOrNull(name);
      checkFixed(part.named(name), AttributeMapping.FIXED.get(name), path);
      json.put(name, path == null ? null : path(part.named(name), path));
    }
    return json;
  }

  private static void checkFixed(String member, @Nullable String only, @Nullable String path) {
    if (only != null && !only.equals(path)) {
      throw ApiError.parameter(
          "form_param_value_invalid",
          "is invalid",
          member,
          member
              + " must be "
              + ApiError.quote(only)
              + ", which alone tells it, was "
              + (path == null ? "null" : ApiError.quote(path))
              + ".");
    }
  }

  /** Returns a path into documents that is well-formed. */
  static String path(String member, String path) {
    Texts.within(member, path, 1, PATH_MAX);
    try {
      AttributePath.parse(path);
      return path;
    } catch (ScimError e) {
      throw Texts.format(
          member,
          path,
          "a path into a user of the directory, such as title, name.middleName,"
              + " addresses[type eq \"work\"].country or urn:…:User.department");
    }
  }

  private void delete(RoutingContext exchange) {
    String id = id(exchange);
    Changed changed =
        removal.delete(id, Origin.of(exchange)).orElseThrow(() -> service.passed(unknown()));
    service.answerDeleted(exchange, new Changed(spelled(changed.object()), changed.change()));
  }

  private void rotate(RoutingContext exchange) {
    String id = id(exchange);
    RequestBody body = RequestBody.parseOptional(exchange.body().buffer());
    body.allowOnly(Set.of(Seconds.OVERLAP));
    @Nullable Duration overlap = body.hasValue(Seconds.OVERLAP) ? Seconds.overlap(body) : null;
    answer(
        exchange,
        directories
            .rotate(id, overlap, Origin.of(exchange))
            .orElseThrow(DirectoryEndpoint::unknown));
  }

  private void tokens(RoutingContext exchange) {
    String id = find(exchange).member("id");
    Page page = Page.parse(new RequestParameters(exchange), ConnectionViews.TOKENS.columns());
    Endpoints.answer(
        exchange,
        service.list(ConnectionViews.TOKENS, page, "t.directory_id = $4", Tuple.of(id)).page());
  }

  private void revoke(RoutingContext exchange) {
    String id = id(exchange);
    String token =
        Service.id(exchange, "token_id", DirectoryTokens.PREFIX, DirectoryEndpoint::unknownToken);
    RequestBody.parseOptional(exchange.body().buffer()).allowOnly(Set.of());
    service.answer(
        exchange,
        directories
            .revoke(id, token, Origin.of(exchange))
            .orElseThrow(DirectoryEndpoint::unknownToken));
  }

  static String id(RoutingContext exchange) {
    return Service.id(exchange, "id", DirectoryRegistry.PREFIX, DirectoryEndpoint::unknown);
  }

  static ApiError unknown() {
    return ApiError.notFound("No directory has this id.");
  }

  private static ApiError unknownToken() {
    return ApiError.notFound("The directory has no token of this id.");
  }
}
