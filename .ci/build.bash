# What the scripts beside it need that run classes of the tests; they have fail, which tells why and ends.
# shellcheck shell=bash

# Prints the java that the build would choose: the newest.
newest_java() {
  local home version best=20 java=
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /usr/java/* /opt/*; do
    [ -x "$home/bin/java" ] && [ -r "$home/release" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    if [ "$version" -gt "$best" ]; then
      best=$version
      java=$home/bin/java
    fi
  done
  [ -n "$java" ] || fail "no JDK 21 or newer was found: let JAVA_HOME name one"
  printf '%s\n' "$java"
}

# Tells whether nothing has changed since all was packaged, as after `mvn verify`. deploy is packaged last.
# Directories count where sources are: they change when a file in them is removed.
is_packaged() {
  local jar
  jar=$(find deploy/target/tollgate/lib -name 'deploy-*.jar' -print -quit 2>/dev/null || true)
  [ -n "$jar" ] && [ -z "$(find pom.xml {gateway,management,deploy}/{pom.xml,src} \
    \( -type f -o -path '*/java/*' \) -newer "$jar" -print -quit)" ]
}

# Packages the process and compiles the tests, where that is not done.
package() {
  is_packaged || mvn -B -q -Pfast -DskipTests -pl deploy -am package
}
