package io.tollgate.deploy;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * What a Java file declares and where, as the compiler's parser reads it; names are not resolved.
 *
 * @param types those nested included, the anonymous not
 * @param blocks methods, constructors and initializers that have a body or a signature
 * @param imports fully qualified, static ones with their member
 * @param packageAnnotations their names with the sign, without their arguments
 */
record JavaOutline(
    List<Type> types, List<Block> blocks, List<String> imports, List<String> packageAnnotations) {

  /** A class, record, enum, annotation or interface. */
  record Type(String name, boolean isInterface, long line) {}

  /** A run of lines with a name, annotations and signature included, Javadoc not. */
  record Block(String name, long firstLine, long lastLine) {
    long lines() {
      return lastLine - firstLine + 1;
    }
  }

  /** Several rules ask about each file, and to parse it costs more than they do. */
  private static final Map<SourceFile, JavaOutline> PARSED = new ConcurrentHashMap<>();

  static JavaOutline of(SourceFile file) {
    return PARSED.computeIfAbsent(file, JavaOutline::parse);
  }

  private static JavaOutline parse(SourceFile file) {
    JavaCompiler compiler =
        Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "this JVM has no compiler");
    var task =
        (JavacTask)
            compiler.getTask(null, null, fault -> {}, List.of(), null, List.of(compilable(file)));
    try {
      CompilationUnitTree unit = task.parse().iterator().next();
      var scanner = new Scanner(unit, Trees.instance(task).getSourcePositions());
      scanner.scan(unit, null);
      return new JavaOutline(
          List.copyOf(scanner.types),
          List.copyOf(scanner.blocks),
          unit.getImports().stream()
              .map(imported -> imported.getQualifiedIdentifier().toString())
              .toList(),
          unit.getPackageAnnotations().stream()
              .map(AnnotationTree::getAnnotationType)
              .map(type -> "@" + type)
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JavaFileObject compilable(SourceFile file) {
    URI name = URI.create("text:///" + file.path());
    return new SimpleJavaFileObject(name, JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return file.text();
      }
    };
  }

  /** Collects the declarations of one file. */
  private static final class Scanner extends TreeScanner<Void, Void> {
    final List<Type> types = new ArrayList<>();
    final List<Block> blocks = new ArrayList<>();
    private final CompilationUnitTree unit;
    private final SourcePositions positions;

    Scanner(CompilationUnitTree unit, SourcePositions positions) {
      this.unit = unit;
      this.positions = positions;
    }

    @Override
    public Void visitClass(ClassTree type, Void nothing) {
      String name = type.getSimpleName().toString();
      if (!name.isEmpty()) {
        types.add(new Type(name, type.getKind() == Tree.Kind.INTERFACE, firstLine(type)));
      }
      for (Tree member : type.getMembers()) {
        if (member instanceof BlockTree) {
          add("initializer of " + name, member);
        } else if (member instanceof MethodTree method) {
          boolean constructor = method.getName().contentEquals("<init>");
          add(constructor ? name : method.getName().toString(), member);
        }
      }
      return super.visitClass(type, null);
    }

    private void add(String name, Tree member) {
      long end = positions.getEndPosition(unit, member);
      // The compiler's own additions stand nowhere.
      if (end >= 0) {
        blocks.add(new Block(name, firstLine(member), unit.getLineMap().getLineNumber(end - 1)));
      }
    }

    private long firstLine(Tree tree) {
      return unit.getLineMap().getLineNumber(positions.getStartPosition(unit, tree));
    }
  }
}
