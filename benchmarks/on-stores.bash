# How a measurement of management on real stores is started; read by the scripts beside it.
# shellcheck shell=bash

# Builds, and becomes the main class in the first argument; the others are the class's own.
on_stores() {
  local home version java='' newest=20
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /usr/java/* /opt/*; do
    [ -x "$home/bin/java" ] && [ -r "$home/release" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    if [ "$version" -gt "$newest" ]; then
      newest=$version
      java=$home/bin/java
    fi
  done
  [ -n "$java" ] || { printf 'no JDK 21 or newer was found: let JAVA_HOME name one\n' >&2 && exit 1; }

  # In one go, so that each module is found by those after it; the file is management's own then.
  mvn -B -q -Pfast -DskipTests -pl management -am package \
    dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile=target/test.classpath
  exec "$java" --enable-native-access=ALL-UNNAMED -Xmx1g -Dlog4j2.level=ERROR \
    -cp "management/target/test-classes:management/target/classes:$(cat management/target/test.classpath)" "$@"
}
