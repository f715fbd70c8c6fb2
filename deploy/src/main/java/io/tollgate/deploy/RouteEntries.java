package io.tollgate.deploy;

import io.tollgate.access.Scopes;
import io.tollgate.proxy.CredentialHeader;
import io.tollgate.proxy.Destination;
import io.tollgate.proxy.LongLived;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.Timeouts;
import io.tollgate.proxy.UpstreamProtocol;
import io.tollgate.setting.DurationText;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** The setting {@code routes} as routes; each fault names the entry, the field and the value. */
final class RouteEntries {
  static final int COUNT_MAX = 1_000;
  private static final List<String> FIELDS =
      List.of(
          "path",
          "upstream",
          "check",
          "scopes",
          "methods",
          "credentials",
          "preflight",
          "response-timeout",
          "idle-timeout",
          "total-timeout",
          "cost",
          "quota-status",
          "principal",
          "websocket",
          "interval",
          "protocol",
          "body-bytes-max");

  private final String origin;

  private RouteEntries(String origin) {
    this.origin = origin;
  }

  /**
   * Returns the routes that the settings ask for.
   *
   * @throws SettingFault also where they ask for none
   */
  static List<Route> of(Settings settings) {
    Given given = settings.given(Catalogue.ROUTES);
    if (!given.isDefault()) {
      // The line is told by each entry itself.
      String origin = given.origin().replaceFirst(":\\d+$", "");
      return new RouteEntries(origin).list(given.list());
    }
    @Nullable String upstream = settings.find(Catalogue.UPSTREAM);
    if (upstream == null) {
      throw new SettingFault(
          "neither upstream nor routes is set, so the edge has nowhere to forward to: give "
              + Catalogue.UPSTREAM.variable()
              + " or a list of routes");
    }
    return List.of(single(settings, upstream));
  }

  private static Route single(Settings settings, String upstream) {
    String from = " (from " + settings.given(Catalogue.UPSTREAM).origin() + ")";
    try {
      return Route.to("/", upstream);
    } catch (IllegalArgumentException e) {
      // The driver's sentence about syntax may repeat a password; the constructor's never does.
      String why = e.getCause() instanceof URISyntaxException ? notUrl(upstream) : e.getMessage();
      throw new SettingFault(why + from);
    }
  }

  private static String notUrl(String value) {
    String shown = value.contains("@") ? "(one with an at sign)" : '"' + value + '"';
    return "upstream must be a URL such as http://host:8080/base, was " + shown;
  }

  private List<Route> list(@Nullable Node node) {
    if (!(node instanceof SequenceNode entries) || entries.getValue().isEmpty()) {
      throw new SettingFault("routes (from " + origin + ") must be a list of at least one route");
    }
    if (entries.getValue().size() > COUNT_MAX) {
      throw new SettingFault(
          "routes (from "
              + origin
              + ") must be at most "
              + COUNT_MAX
              + ", were "
              + entries.getValue().size());
    }
    List<Route> routes = new ArrayList<>();
    Map<String, Integer> indexes = new HashMap<>();
    for (Node entry : entries.getValue()) {
      int index = routes.size();
      Route route = entry(index, entry);
      @Nullable Integer earlier = indexes.put(route.path(), index);
      if (earlier != null) {
        throw fault(
            entry,
            "routes["
                + index
                + "].path is taken by routes["
                + earlier
                + "] already, was \""
                + route.path()
                + '"');
      }
      routes.add(route);
    }
    return List.copyOf(routes);
  }

  private Route entry(int index, Node node) {
    String name = "routes[" + index + "]";
    Map<String, Node> fields = fields(name, node);
    String path = text(name, "path", node, fields);
    List<URI> upstream = upstream(name, node, fields);
    String check = fields.containsKey("check") ? check(name, node, fields) : "";
    try {
      return new Route(
          path,
          new Destination(upstream, check, protocol(name, fields)),
          Scopes.of(texts(name, "scopes", fields)),
          Set.copyOf(texts(name, "methods", fields)),
          credentials(name, node, fields),
          flag(name, "preflight", fields),
          new Timeouts(
              duration(name, "response-timeout", fields),
              duration(name, "idle-timeout", fields),
              duration(name, "total-timeout", fields)),
          cost(name, fields),
          quotaStatus(name, fields),
          fields.containsKey("principal") ? principal(name, node, fields) : "",
          longLived(name, fields),
          bodyBytesMax(name, fields));
    } catch (IllegalArgumentException e) {
      String why = String.valueOf(e.getMessage());
      boolean namesField = FIELDS.stream().anyMatch(field -> why.startsWith(field + " "));
      throw fault(node, name + (namesField ? "." + why : ".scopes: " + why));
    }
  }

  private Map<String, Node> fields(String name, Node node) {
    if (!(node instanceof MappingNode entry)) {
      throw fault(node, name + " must have the fields path and upstream, was something else");
    }
    Map<String, Node> fields = new HashMap<>();
    for (NodeTuple field : entry.getValue()) {
      String key = field.getKeyNode() instanceof ScalarNode text ? text.getValue() : "?";
      if (!FIELDS.contains(key)) {
        throw fault(
            field.getKeyNode(),
            "unknown field "
                + name
                + "."
                + key
                + "; the nearest known one is "
                + Nearest.to(key, FIELDS));
      }
      if (fields.put(key, field.getValueNode()) != null) {
        throw fault(field.getKeyNode(), name + "." + key + " is set twice");
      }
    }
    return fields;
  }

  private String text(String name, String field, Node entry, Map<String, Node> fields) {
    @Nullable Node value = fields.get(field);
    if (value == null) {
      throw fault(entry, name + "." + field + " is missing");
    }
    if (!(value instanceof ScalarNode text)) {
      throw fault(value, name + "." + field + " must be a text, was a list or a section");
    }
    return text.getValue();
  }

  /** Returns one URL or the URLs of a list. */
  private List<URI> upstream(String name, Node entry, Map<String, Node> fields) {
    boolean several = fields.get("upstream") instanceof SequenceNode;
    List<URI> urls = new ArrayList<>();
    for (String text :
        several
            ? texts(name, "upstream", fields)
            : List.of(text(name, "upstream", entry, fields))) {
      try {
        urls.add(new URI(text));
      } catch (URISyntaxException e) {
        throw fault(entry, name + "." + notUrl(text));
      }
    }
    return urls;
  }

  private boolean flag(String name, String field, Map<String, Node> fields) {
    @Nullable Node value = fields.get(field);
    if (value == null) {
      return false;
    }
    String text = shown(value);
    if (!text.equals("true") && !text.equals("false")) {
      throw fault(value, name + "." + field + " must be true or false, was \"" + text + '"');
    }
    return text.equals("true");
  }

  private @Nullable Duration duration(String name, String field, Map<String, Node> fields) {
    @Nullable Node value = fields.get(field);
    if (value == null) {
      return null;
    }
    String text = shown(value);
    try {
      return DurationText.parse(text);
    } catch (IllegalArgumentException e) {
      throw fault(
          value,
          name + "." + field + " must be " + Kind.DURATION.expected() + ", was \"" + text + '"');
    }
  }

  private int cost(String name, Map<String, Node> fields) {
    String expected = "a whole number from 0 to " + Route.COST_MAX;
    return (int) number(name, "cost", fields, Route.COST, "\\d{1,9}", expected);
  }

  private int quotaStatus(String name, Map<String, Node> fields) {
    String expected = "429 or 402";
    return (int) number(name, "quota-status", fields, Route.TOO_MANY_REQUESTS, "429|402", expected);
  }

  private String principal(String name, Node entry, Map<String, Node> fields) {
    String audience = text(name, "principal", entry, fields);
    if (audience.isEmpty()) {
      throw fault(entry, name + ".principal must name an audience, was empty");
    }
    return audience;
  }

  private String check(String name, Node entry, Map<String, Node> fields) {
    String path = text(name, "check", entry, fields);
    if (path.isEmpty()) {
      throw fault(entry, name + ".check must be a path such as /health, was empty");
    }
    return path;
  }

  private LongLived longLived(String name, Map<String, Node> fields) {
    @Nullable Duration interval = duration(name, "interval", fields);
    boolean allowed = flag(name, "websocket", fields);
    if (interval == null) {
      return allowed ? LongLived.WEBSOCKETS : LongLived.NONE;
    }
    return LongLived.of(allowed, interval);
  }

  private UpstreamProtocol protocol(String name, Map<String, Node> fields) {
    @Nullable Node value = fields.get("protocol");
    if (value == null) {
      return UpstreamProtocol.HTTP1;
    }
    String text = shown(value);
    for (UpstreamProtocol protocol : UpstreamProtocol.values()) {
      if (protocol.text().equals(text)) {
        return protocol;
      }
    }
    throw fault(value, name + ".protocol must be http1 or http2, was \"" + text + '"');
  }

  private @Nullable Long bodyBytesMax(String name, Map<String, Node> fields) {
    String field = "body-bytes-max";
    String expected = "a whole number from 0 to " + Route.BODY_BYTES_MAX;
    return fields.containsKey(field) ? number(name, field, fields, 0, "\\d{1,18}", expected) : null;
  }

  private long number(
      String name,
      String field,
      Map<String, Node> fields,
      long fallback,
      String pattern,
      String expected) {
    @Nullable Node value = fields.get(field);
    if (value == null) {
      return fallback;
    }
    String text = shown(value);
    if (!text.matches(pattern)) {
      throw fault(value, name + "." + field + " must be " + expected + ", was \"" + text + '"');
    }
    return Long.parseLong(text);
  }

  private static String shown(Node value) {
    return value instanceof ScalarNode scalar ? scalar.getValue() : "a list or a section";
  }

  /** Returns the texts of a list, none where the field is absent. */
  private List<String> texts(String name, String field, Map<String, Node> fields) {
    @Nullable Node value = fields.get(field);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof SequenceNode list) || list.getValue().isEmpty()) {
      String was = value instanceof ScalarNode text ? '"' + text.getValue() + '"' : "none";
      throw fault(value, name + "." + field + " must be a list of at least one text, was " + was);
    }
    List<String> texts = new ArrayList<>();
    for (Node item : list.getValue()) {
      if (!(item instanceof ScalarNode text)) {
        throw fault(item, name + "." + field + " must be a list of texts");
      }
      if (texts.contains(text.getValue())) {
        throw fault(item, name + "." + field + " names \"" + text.getValue() + "\" twice");
      }
      texts.add(text.getValue());
    }
    return texts;
  }

  private Set<CredentialHeader> credentials(String name, Node entry, Map<String, Node> fields) {
    Map<String, CredentialHeader> known = new TreeMap<>();
    for (CredentialHeader header : CredentialHeader.values()) {
      known.put(header.headerName(), header);
    }
    Set<CredentialHeader> headers = EnumSet.noneOf(CredentialHeader.class);
    for (String text : texts(name, "credentials", fields)) {
      @Nullable CredentialHeader header = known.get(text.toLowerCase(Locale.ROOT));
      if (header == null) {
        throw fault(
            fields.getOrDefault("credentials", entry),
            name + ".credentials must be among " + known.keySet() + ", was \"" + text + '"');
      }
      headers.add(header);
    }
    return headers.isEmpty() ? EnumSet.allOf(CredentialHeader.class) : headers;
  }

  private SettingFault fault(Node node, String sentence) {
    return new SettingFault(sentence + " (from " + origin + ':' + YamlText.line(node) + ')');
  }
}
