package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.node.TextNode;
import com.unboundid.scim2.common.Path;
import com.unboundid.scim2.common.filters.Filter;
import io.tollgate.management.wire.ApiError;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a path of either spelling. */
final class AttributePathParser {
  private static final int LENGTH_MAX = 512;
  private static final int STEPS_MAX = 8;
  private static final Pattern INDEX = Pattern.compile("\\d{1,4}");

  /** What GJSON has for {@code [type eq "work"]}. */
  private static final Pattern QUERY =
      Pattern.compile("#\\(([\\p{L}\\p{N}_$-]{1,128})==?\"([^\"\\\\]*)\"\\)");

  private final String path;
  private final Vocabulary vocabulary;
  private final List<AttributePath.Step> steps = new ArrayList<>();
  private String rest = "";
  private int position;
  private @Nullable String urn;

  AttributePathParser(String path, Vocabulary vocabulary) {
    this.path = path;
    this.vocabulary = vocabulary;
  }

  AttributePath path() {
    if (path.isBlank() || path.length() > LENGTH_MAX) {
      throw invalid();
    }
    takeUrn();
    while (position < rest.length()) {
      step();
    }
    boolean ends =
        steps.isEmpty() ? urn != null : !(steps.getLast() instanceof AttributePath.Step.Each);
    if (!ends || steps.size() > STEPS_MAX) {
      throw invalid();
    }
    return new AttributePath(urn, steps);
  }

  /** In GJSON a point of a name has a backslash before it: that of a version, too. */
  private void takeUrn() {
    rest = path.strip();
    if (!rest.regionMatches(true, 0, "urn:", 0, 4)) {
      return;
    }
    int bracket = rest.indexOf('[');
    String head = bracket < 0 ? rest : rest.substring(0, bracket);
    String tail = bracket < 0 ? "" : rest.substring(bracket);
    AttributeName.Split split = split(head.replace("\\.", "."));
    urn = split.urn();
    if (urn != null && urn.equals(ResourceKind.USER.schema())) {
      urn = null;
    }
    rest = split.rest() + tail;
  }

  private AttributeName.Split split(String head) {
    try {
      return AttributeName.split(head, vocabulary);
    } catch (ScimError e) {
      throw invalid();
    }
  }

  private void step() {
    if (rest.charAt(position) == '[') {
      bracket();
    } else {
      named();
    }
    if (position < rest.length() && rest.charAt(position) == '.') {
      position++;
      if (position == rest.length()) {
        throw invalid();
      }
    } else if (position < rest.length() && rest.charAt(position) != '[') {
      throw invalid();
    }
  }

  private void bracket() {
    int end = rest.indexOf(']', position);
    if (end > 0 && INDEX.matcher(rest.substring(position + 1, end)).matches()) {
      steps.add(new AttributePath.Step.At(Integer.parseInt(rest.substring(position + 1, end))));
      position = end + 1;
      return;
    }
    try {
      var parser = new FilterParser(rest, position + 1, ResourceKind.USER, vocabulary);
      steps.add(new AttributePath.Step.First(parser.bracketed(null)));
      position = parser.position();
    } catch (ScimError e) {
      throw invalid();
    }
  }

  private void named() {
    Matcher query = QUERY.matcher(rest).region(position, rest.length());
    if (query.lookingAt()) {
      Path part = Path.root().attribute(query.group(1));
      steps.add(new AttributePath.Step.First(Filter.eq(part, TextNode.valueOf(query.group(2)))));
      position = query.end();
      return;
    }
    String name = name();
    if (name.equals("#")) {
      steps.add(new AttributePath.Step.Each());
    } else if (!steps.isEmpty() && INDEX.matcher(name).matches()) {
      steps.add(new AttributePath.Step.At(Integer.parseInt(name)));
    } else if (AttributeName.isName(name)) {
      steps.add(new AttributePath.Step.Member(name));
    } else {
      throw invalid();
    }
  }

  private String name() {
    int start = position;
    while (position < rest.length() && ".[".indexOf(rest.charAt(position)) < 0) {
      position++;
    }
    return rest.substring(start, position);
  }

  private ScimError invalid() {
    return ScimError.invalidPath(
        "The path must lead to an attribute, such as title, emails[0].value,"
            + " addresses[type eq \"work\"].country or urn:…:User:department, in "
            + LENGTH_MAX
            + " characters, was "
            + ApiError.quote(path)
            + ".");
  }
}
