package io.tollgate.proxy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All routes, found by the longest path prefix on segment boundaries. Immutable; {@link #find}
 * allocates nothing.
 */
public final class RouteTable {
  /** More routes than this are a mistake in the file, not a configuration. */
  public static final int ROUTES_MAX = 10_000;

  private final List<Route> routes;
  private final Node root;

  /** One segment of the tree of paths; children are sorted, so that they can be searched. */
  private record Node(@Nullable Route route, List<String> segments, List<Node> children) {}

  private RouteTable(List<Route> routes, Node root) {
    this.routes = routes;
    this.root = root;
  }

  /**
   * Takes the routes of a configuration.
   *
   * @throws IllegalArgumentException if two have the same path, or there are none or too many
   */
  public static RouteTable of(Collection<Route> routes) {
    if (routes.isEmpty() || routes.size() > ROUTES_MAX) {
      throw new IllegalArgumentException(
          "there must be 1 to " + ROUTES_MAX + " routes, were " + routes.size());
    }
    Map<String, Route> byPath = new HashMap<>();
    for (Route route : routes) {
      if (byPath.put(route.path(), route) != null) {
        throw new IllegalArgumentException(
            "there must be one route per path, were two for \"" + route.path() + "\"");
      }
    }
    return new RouteTable(List.copyOf(routes), node(new ArrayList<>(routes), "/"));
  }

  /** Builds the node for {@code path} from the routes at or below it. */
  private static Node node(List<Route> below, String path) {
    Route here = null;
    Map<String, List<Route>> bySegment = new TreeMap<>();
    int start = path.equals("/") ? 1 : path.length() + 1;
    for (Route route : below) {
      if (route.path().equals(path)) {
        here = route;
        continue;
      }
      int end = route.path().indexOf('/', start);
      String segment = route.path().substring(start, end < 0 ? route.path().length() : end);
      bySegment.computeIfAbsent(segment, unused -> new ArrayList<>()).add(route);
    }
    List<Node> children = new ArrayList<>();
    bySegment.forEach(
        (segment, routes) ->
            children.add(node(routes, path.substring(0, start - 1) + '/' + segment)));
    return new Node(here, List.copyOf(bySegment.keySet()), List.copyOf(children));
  }

  /** Returns the route that takes the canonical path in these bytes, or null if none does. */
  public @Nullable Route find(byte[] path, int pathStart, int pathEnd) {
    Route longest = root.route;
    Node node = root;
    int start = pathStart + 1;
    while (start < pathEnd && !node.children.isEmpty()) {
      int end = segmentEnd(path, start, pathEnd);
      int child = childOf(node, path, start, end);
      if (child < 0) {
        break;
      }
      node = node.children.get(child);
      longest = node.route == null ? longest : node.route;
      start = end + 1;
    }
    return longest;
  }

  private static int segmentEnd(byte[] path, int start, int pathEnd) {
    int end = start;
    while (end < pathEnd && path[end] != '/') {
      end++;
    }
    return end;
  }

  private static int childOf(Node node, byte[] path, int start, int end) {
    int low = 0;
    int high = node.segments.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = compare(node.segments.get(middle), path, start, end);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /** Orders as {@link String#compareTo} would; canonical paths are ASCII. */
  private static int compare(String segment, byte[] path, int start, int end) {
    int common = Math.min(segment.length(), end - start);
    for (int i = 0; i < common; i++) {
      int order = segment.charAt(i) - path[start + i];
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(segment.length(), end - start);
  }

  public List<Route> routes() {
    return routes;
  }
}
