package io.tollgate.deploy;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** The rules on the tree as a whole: what stands at its top, and where versions stand. */
final class TreeRules {
  private static final Set<String> TOP =
      Set.of("pom.xml", "gateway", "management", "benchmarks", "deploy", "README.md", "LICENSE");

  private TreeRules() {}

  /** Finds what stands at the top and has no place there, and what is missing. */
  static List<String> topLevel(Collection<String> names) {
    List<String> offences = new ArrayList<>();
    for (String name : new TreeSet<>(names)) {
      if (!TOP.contains(name)) {
        offences.add(name + ": has no place at the top");
      }
    }
    for (String name : new TreeSet<>(TOP)) {
      if (!names.contains(name)) {
        offences.add(name + ": is missing at the top");
      }
    }
    return offences;
  }

  /** Finds versions in a module's pom, its parent's excepted: all others stand in the root pom. */
  static List<String> scatteredVersions(SourceFile file) {
    if (!file.path().endsWith("/pom.xml")) {
      return List.of();
    }
    List<String> offences = new ArrayList<>();
    NodeList elements = parse(file).getElementsByTagName("*");
    for (int i = 0; i < elements.getLength(); i++) {
      Element element = (Element) elements.item(i);
      String owner = element.getParentNode().getNodeName();
      boolean version = element.getTagName().equals("version") && !owner.equals("parent");
      boolean property = element.getTagName().endsWith(".version") && owner.equals("properties");
      if (version || property) {
        offences.add(
            file.path() + ": " + owner + " has the version " + element.getTextContent().strip());
      }
    }
    return offences;
  }

  private static Document parse(SourceFile pom) {
    try {
      var factory = DocumentBuilderFactory.newDefaultInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      return factory.newDocumentBuilder().parse(new InputSource(new StringReader(pom.text())));
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new IllegalArgumentException(pom.path() + " can't be read: " + e.getMessage(), e);
    }
  }
}
