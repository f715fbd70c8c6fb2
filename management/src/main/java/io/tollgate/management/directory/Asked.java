package io.tollgate.management.directory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.connection.DirectoryAccess;
import io.tollgate.management.scim.Projection;
import io.tollgate.management.scim.ResourceKind;
import io.tollgate.management.scim.ScimError;
import io.tollgate.management.scim.ScimJson;
import io.tollgate.management.wire.EntityTags;
import io.tollgate.management.wire.RequestId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request of an identity provider that has passed the door. Confined to its exchange.
 *
 * @param base where its directory is, without a slash at the end
 */
record Asked(RoutingContext exchange, DirectoryAccess directory, String base) {
  private static final String ID = "id";

  /** A longer one is nobody's. */
  private static final int ID_MAX = 256;

  Origin origin() {
    return new Origin("directory:" + directory.directoryId(), RequestId.of(exchange));
  }

  Noted noted() {
    return Noted.of(exchange);
  }

  /** Returns the id in the path. */
  String id() {
    String id = Objects.requireNonNull(exchange.pathParam(ID), "the path has one");
    if (id.length() > ID_MAX || id.indexOf('\0') >= 0) {
      throw ScimError.notFound("Nothing has this id.");
    }
    return id;
  }

  /** Returns the body, which must be there. */
  ObjectNode body() {
    @Nullable Buffer body = exchange.body().buffer();
    if (body == null || body.length() == 0) {
      throw ScimError.invalidSyntax("The body must be a JSON object, was empty.");
    }
    return ScimJson.parse(body.getBytes());
  }

  /** Returns a parameter of the query, null where it is not there. */
  @Nullable String parameter(String name) {
    return exchange.queryParams().get(name);
  }

  /** Returns which attributes are wanted. */
  Projection projection() {
    return Projection.of(parameter("attributes"), parameter("excludedAttributes"));
  }

  @Nullable String ifMatch() {
    return EntityTags.ifMatch(exchange);
  }

  @Nullable String ifNoneMatch() {
    return exchange.request().getHeader(HttpHeaders.IF_NONE_MATCH);
  }

  /** Notes what a document had and nobody here knows, which is dropped without a complaint. */
  void warnOfUnknown(List<String> dropped) {
    for (String name : dropped) {
      noted().warn("Dropped, since it is unknown: " + name + ".");
    }
  }

  /** Leaves out of an answer what may be long, and returns whether there was anything. */
  boolean shorten(Reply reply) {
    @Nullable ObjectNode body = reply.body();
    if (body == null || !(body.has(ShownMembers.NAME) || body.has("groups"))) {
      return false;
    }
    body.remove(List.of(ShownMembers.NAME, "groups"));
    noted().warn(ShownMembers.LEFT_OUT, "Answers are asked for faster than they are taken.");
    return true;
  }

  String location(ResourceKind kind, String id) {
    return base + "/" + kind.endpoint() + "/" + id;
  }
}
