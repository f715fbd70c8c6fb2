package io.tollgate.management.role;

import io.tollgate.management.audit.Origin;
import io.tollgate.management.key.Texts;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.Forms;
import io.tollgate.management.object.Service;
import io.tollgate.management.object.WordId;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.management.wire.RequestParameters;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The endpoints of users. Safe for all virtual threads. */
final class UserEndpoint {
  private static final String ROOT = "/users";
  private static final String ONE = ROOT + "/:id";
  private static final String EMAIL = "email_address";
  private static final String FIRST_NAME = "first_name";
  private static final String LAST_NAME = "last_name";
  private static final String EXTERNAL_ID = "external_id";
  private static final String USERNAME = "username";
  static final String PRIMARY_EMAIL = "primary_email_address_id";

  /** Published clients always send it. */
  private static final String NOTIFY = "notify_primary_email_address_changed";

  private static final int EMAILS_MAX = 20;
  private static final Pattern EMAIL_SHAPE = Pattern.compile("[^\\s@]{1,64}@[^\\s@]{1,255}");
  private static final Pattern USERNAME_SHAPE = Pattern.compile("[0-9A-Za-z_.-]{1,64}");

  private static final Set<String> NEW =
      Set.of(
          EMAIL,
          FIRST_NAME,
          LAST_NAME,
          EXTERNAL_ID,
          USERNAME,
          Metadata.PUBLIC,
          Metadata.PRIVATE,
          Metadata.UNSAFE);

  private static final Set<String> CHANGEABLE =
      Set.of(FIRST_NAME, LAST_NAME, EXTERNAL_ID, USERNAME, PRIMARY_EMAIL, NOTIFY);

  private final Service service;
  private final UserRegistry users;

  UserEndpoint(Service service, UserRegistry users) {
    this.service = service;
    this.users = users;
  }

  void enter(Endpoints endpoints) {
    endpoints.get("users.list", Area.DIRECTORY, ROOT, Forms.of(this::list));
    // Before the one of ids, which would take the word for an id.
    endpoints.get("users.count", Area.DIRECTORY, ROOT + "/count", Forms.of(this::count));
    endpoints.post("users.create", Area.DIRECTORY, ROOT, Forms.of(this::create));
    endpoints.get("users.get", Area.DIRECTORY, ONE, Forms.of(this::get));
    endpoints.patch("users.update", Area.DIRECTORY, ONE, Forms.of(this::update));
    endpoints.patch(
        "users.update_metadata", Area.DIRECTORY, ONE + "/metadata", Forms.of(this::merge));
    endpoints.post("users.activate", Area.DIRECTORY, ONE + "/activate", Forms.of(this::activate));
    endpoints.delete("users.delete", Area.DIRECTORY, ONE, Forms.of(this::delete));
  }

  /** A bare array: clients ask for the count beside it. */
  private void list(RoutingContext exchange) {
    Endpoints.answer(exchange, service.list(ObjectViews.USERS, exchange).array());
  }

  private void count(RoutingContext exchange) {
    long count = users.count(new RequestParameters(exchange).or("query", ""));
    Endpoints.answer(
        exchange, new JsonObject().put("object", "total_count").put("total_count", count).encode());
  }

  private void get(RoutingContext exchange) {
    String id = id(exchange);
    Endpoints.answer(exchange, service.find(ObjectViews.USERS, id, UserEndpoint::unknown).text());
  }

  private void create(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(NEW);
    var wanted =
        new UserRegistry.Wanted(
            Fields.optional(body, EXTERNAL_ID),
            username(body),
            Fields.optional(body, FIRST_NAME),
            Fields.optional(body, LAST_NAME),
            emails(body),
            Metadata.parse(body, Metadata.OF_USER));
    service.answer(exchange, users.insert(wanted, Origin.of(exchange)));
  }

  private static @Nullable String username(RequestBody body) {
    @Nullable String username = body.textOrNull(USERNAME);
    if (username != null && !USERNAME_SHAPE.matcher(username).matches()) {
      throw Texts.format(
          USERNAME, username, "1 to 64 letters, digits, underscores, hyphens and full stops");
    }
    return username;
  }

  private void update(RoutingContext exchange) {
    String id = id(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(CHANGEABLE);
    if (body.hasValue(NOTIFY) && body.flag(NOTIFY)) {
      throw ApiError.parameter(
          "form_param_value_invalid",
          "is invalid",
          NOTIFY,
          NOTIFY + " must be false, was true: no mail is sent from here.");
    }
    var patch =
        new UserRegistry.Patch(
            Fields.optional(body, EXTERNAL_ID),
            username(body),
            Fields.optional(body, FIRST_NAME),
            Fields.optional(body, LAST_NAME),
            Fields.optional(body, PRIMARY_EMAIL));
    service.answer(
        exchange, users.update(id, patch, Origin.of(exchange)).orElseThrow(UserEndpoint::unknown));
  }

  private void merge(RoutingContext exchange) {
    String id = id(exchange);
    RequestBody body = RequestBody.parseOptional(exchange.body().buffer());
    Metadata metadata = Metadata.parseOnly(body, Metadata.OF_USER);
    service.answer(
        exchange,
        users.merge(id, metadata, Origin.of(exchange)).orElseThrow(UserEndpoint::unknown));
  }

  private static List<String> emails(RequestBody body) {
    List<String> emails = List.copyOf(new LinkedHashSet<>(body.texts(EMAIL)));
    if (emails.size() > EMAILS_MAX) {
      throw ApiError.parameter(
          "form_param_value_too_large",
          "is too large",
          EMAIL,
          EMAIL + " may name " + EMAILS_MAX + " addresses, named " + emails.size() + ".");
    }
    for (String email : emails) {
      if (!EMAIL_SHAPE.matcher(email).matches()) {
        throw Texts.format(EMAIL, email, "addresses such as name@example.com");
      }
    }
    return emails;
  }

  private void delete(RoutingContext exchange) {
    String id = id(exchange);
    service.answerEnded(
        exchange,
        users.delete(id, Origin.of(exchange)).orElseThrow(() -> service.passed(unknown())));
  }

  private void activate(RoutingContext exchange) {
    String id = id(exchange);
    RequestBody.parseOptional(exchange.body().buffer()).allowOnly(Set.of());
    service.answer(
        exchange, users.activate(id, Origin.of(exchange)).orElseThrow(UserEndpoint::unknown));
  }

  /** Returns the id of a user that a body names. */
  static String checked(String member, String id) {
    if (!WordId.isId(UserRegistry.PREFIX, id)) {
      throw Texts.format(member, id, "user_ followed by 27 letters, digits or underscores");
    }
    return id;
  }

  private static String id(RoutingContext exchange) {
    return Service.id(exchange, "id", UserRegistry.PREFIX, UserEndpoint::unknown);
  }

  private static ApiError unknown() {
    return ApiError.notFound("No user has this id.");
  }
}
