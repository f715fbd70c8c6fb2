package io.tollgate.deploy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParser;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.Attributes;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * One report that Surefire wrote about one test class. Immutable.
 *
 * @param suite the class's full name
 */
record TestReport(String suite, List<Test> tests) {

  /** What became of a test. */
  enum Outcome {
    PASSED,
    FAILED,
    SKIPPED,
    /** Skipped, since a program is not there that the machine would have to bring. */
    UNEQUIPPED
  }

  /** A test that was to be run, in the class that declares it. */
  record Test(String className, String name, Outcome outcome) {
    Test with(Outcome other) {
      return new Test(className, name, other);
    }

    /** Returns the class that has a file of its own, for a test in a nested one too. */
    String topLevelClass() {
      return className.replaceFirst("\\$.*", "");
    }

    @Override
    public String toString() {
      return className + '.' + name;
    }
  }

  static TestReport read(Path file) throws IOException {
    var reader = new Reader();
    try {
      var factory = SAXParserFactory.newDefaultInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      SAXParser parser = factory.newSAXParser();
      // What a test prints stands in its report too, however much that is.
      parser.setProperty("jdk.xml.maxGeneralEntitySizeLimit", "0");
      parser.setProperty("jdk.xml.totalEntitySizeLimit", "0");
      parser.parse(file.toFile(), reader);
    } catch (SAXException | ParserConfigurationException e) {
      // A test JVM that died while it wrote leaves half a report.
      throw new IOException(file + " is no whole report: " + e.getMessage(), e);
    }
    return new TestReport(reader.suite, List.copyOf(reader.tests));
  }

  /** What a test says that is skipped for want of a program: "this machine has no h2load". */
  private static final String UNEQUIPPED = "this machine has no ";

  /** Collects what a report tells while it is parsed. */
  private static final class Reader extends DefaultHandler {
    String suite = "";
    final List<Test> tests = new ArrayList<>();

    @Override
    public void startElement(String uri, String local, String name, Attributes attributes) {
      switch (name) {
        case "testsuite" -> suite = attribute(attributes, "name");
        case "testcase" ->
            tests.add(
                new Test(
                    attribute(attributes, "classname"),
                    attribute(attributes, "name"),
                    Outcome.PASSED));
        case "failure", "error" -> tests.add(tests.removeLast().with(Outcome.FAILED));
        case "skipped" -> tests.add(tests.removeLast().with(skipped(attributes)));
        default -> {}
      }
    }

    private static Outcome skipped(Attributes attributes) {
      return attribute(attributes, "message").contains(UNEQUIPPED)
          ? Outcome.UNEQUIPPED
          : Outcome.SKIPPED;
    }

    private static String attribute(Attributes attributes, String name) {
      String value = attributes.getValue(name);
      return value == null ? "" : value;
    }
  }
}
