package io.tollgate.management.directory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.scim.ResourceKind;
import io.tollgate.management.scim.Vocabulary;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The endpoints that list: of one kind, and of both together, users before groups. */
final class Searches {
  private final Resources resources;
  private final Vocabularies vocabularies;

  Searches(Resources resources, Vocabularies vocabularies) {
    this.resources = resources;
    this.vocabularies = vocabularies;
  }

  void enter(DirectoryRouter router) {
    for (ResourceKind kind : ResourceKind.values()) {
      String path = "/" + kind.endpoint();
      String name = "scim." + kind.endpoint().toLowerCase(Locale.ROOT);
      List<ResourceKind> one = List.of(kind);
      router.add(name + ".list", HttpMethod.GET, path, asked -> list(asked, one));
      router.add(name + ".search", HttpMethod.POST, path + "/.search", asked -> search(asked, one));
    }
    List<ResourceKind> all = List.of(ResourceKind.values());
    router.add("scim.list", HttpMethod.GET, "/", asked -> list(asked, all));
    router.add("scim.search", HttpMethod.POST, "/.search", asked -> search(asked, all));
  }

  private Reply list(Asked asked, List<ResourceKind> kinds) {
    return found(asked, kinds, asked::parameter);
  }

  private Reply search(Asked asked, List<ResourceKind> kinds) {
    return found(asked, kinds, Query.ofBody(asked.body()));
  }

  private Reply found(Asked asked, List<ResourceKind> kinds, Query.Source source) {
    Vocabulary vocabulary = vocabularies.of(asked);
    List<ObjectNode> found = new ArrayList<>();
    long total = 0;
    long startIndex = 1;
    long bytes = Listing.BYTES_MAX;
    for (ResourceKind kind : kinds) {
      Query query = Query.of(kind, vocabulary, source);
      startIndex = query.startIndex();
      // Behind those of the kinds before.
      long offset = Math.max(0, startIndex - 1 - total);
      int limit = query.count() - found.size();
      var part = new Listing.Part(limit, offset, bytes);
      Listing<ObjectNode> listing = Bounded.read(() -> resources.find(asked, query, part));
      found.addAll(listing.rows());
      total += listing.total();
      // Where some are missing, those of the next kind would come in their place.
      boolean isWhole = listing.rows().size() == Math.clamp(listing.total() - offset, 0, limit);
      bytes = isWhole ? Math.max(0, bytes - listing.bytes()) : 0;
    }
    return Reply.ok(Spelling.list(found, total, startIndex));
  }
}
