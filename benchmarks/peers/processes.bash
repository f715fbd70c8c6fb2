# How each process of a benchmark is started; read by benchmarks/side-by-side and benchmarks/websocket-idle.
# Peers run on core 0; the upstream, the load and the stores on core 1.
# shellcheck shell=bash disable=SC2154,SC2034 # the script sets what is read here, and reads what is set

peer_core=0
load_core=1
scg_jvm_opts=${TOLLGATE_JVM_OPTS:--XX:+UseSerialGC -Xms512m -Xmx512m}
# None: what deploy/tollgate sets by itself is what is shipped.
tollgate_jvm_opts=${TOLLGATE_JVM_OPTS:-}
certificate=
nginx_spoken=
nginx_certificate=
started=()

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

# Exports the newest JDK's home unless JAVA_HOME names one already.
find_jdk() {
  local home version newest=20
  [ -z "${JAVA_HOME:-}" ] || return 0
  for home in /usr/lib/jvm/*; do
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release" 2>/dev/null || true)
    if [ "${version:-0}" -gt "$newest" ]; then
      newest=$version
      export JAVA_HOME=$home
    fi
  done
  [ -n "${JAVA_HOME:-}" ] || fail "no JDK 21 or newer was found: let JAVA_HOME name one"
}

# Runs one of the benchmark's own mains on the load's core.
main() {
  local name=$1
  shift
  taskset -c "$load_core" "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC \
    -Xms512m -Xmx1g -Dslf4j.internal.verbosity=ERROR -cp "$jar" "io.tollgate.load.$name" "$@"
}

build_tollgate() {
  say "building …"
  (cd "$root" && mvn -q -B -Pfast -DskipTests -pl benchmarks -am package) >"$run/build.out" 2>&1 ||
    fail "the build failed: $(tail -n 20 "$run/build.out")"
  "$root/deploy/tollgate" --version >/dev/null
}

# Prints a port that nobody listens on; each call another one.
next_port=$((20000 + RANDOM % 12000))
free_port() {
  while (exec 3<>"/dev/tcp/127.0.0.1/$next_port") 2>/dev/null; do
    next_port=$((next_port + 1))
  done
  port=$next_port
  next_port=$((next_port + 1))
}

# Starts a command on a core, its output in a file named after it; sets pid.
start() {
  local name=$1 core=$2
  shift 2
  taskset -c "$core" "$@" >"$run/$name.out" 2>&1 &
  pid=$!
  started+=("$pid")
}

# Waits until a process listens on a port.
await_port() {
  local name=$1 waited=0
  until (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; do
    kill -0 "$pid" 2>/dev/null || fail "$name has ended: $(tail -n 5 "$run/$name.out")"
    waited=$((waited + 1))
    [ "$waited" -lt 600 ] || fail "$name does not listen within a minute"
    sleep 0.1
  done
  # Else somebody else took the port meanwhile.
  kill -0 "$pid" 2>/dev/null || fail "$name has ended: $(tail -n 5 "$run/$name.out")"
}

stop_all() {
  local i
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do
    kill "${started[i]}" 2>/dev/null || true
  done
  wait
}

# Writes a configuration with this run's directories and ports; the rest of the arguments are
# further names and values.
render() {
  local template=$1 to=$2 script="s|@RUN@|$run|g;s|@PORT@|$port|g;s|@UPSTREAM@|${upstream_port:-}|g"
  script+=";s|@KEYS@|$run/peer-keys|g"
  shift 2
  while [ $# -gt 0 ]; do
    script+=";s|@$1@|$2|g"
    shift 2
  done
  sed "$script" "$here/peers/$template" >"$to"
}

# nginx's worker is to read what its master can.
start_nginx() {
  local directives="daemon off;"
  [ "$(id -u)" != 0 ] || directives+=" user root;"
  start "$1" "$2" nginx -c "$run/$1.conf" -g "$directives"
  await_port "$1" "$port"
}

make_bodies() {
  local line='{"id":"%06d","name":"a thing among many","price":{"amount":1299,"currency":"EUR"},"stock":[4,8,15,16]}'
  mkdir -p "$run/bodies"
  # shellcheck disable=SC2059 # the line is the format
  printf "$line" 1 >"$run/bodies/100"
  # shellcheck disable=SC2059
  printf "$line\n" {1..110000} >"$run/bodies/all"
  head -c 1024 "$run/bodies/all" >"$run/bodies/1k"
  head -c 65536 "$run/bodies/all" >"$run/bodies/64k"
  head -c 10485760 "$run/bodies/all" >"$run/bodies/10m"
  for body in 100 1k; do
    printf "location = /%s { return 200 '%s'; }\n" "$body" "$(cat "$run/bodies/$body")"
  done >"$run/small-bodies.conf"
}

# Makes the certificate that all peers show, and what their configurations say of it.
make_certificate() {
  certificate=$run/certificate.pem
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$run/key.pem" -out "$certificate" 2>/dev/null
  nginx_spoken=ssl
  [ "$streams" = 0 ] || nginx_spoken="ssl http2"
  nginx_certificate="ssl_certificate $certificate; ssl_certificate_key $run/key.pem; ssl_protocols TLSv1.3;"
}

start_upstream() {
  free_port
  render upstream.conf "$run/upstream.conf"
  start_nginx upstream $load_core
  upstream_port=$port
  upstream_pid=$pid
}

# Brings Postgres, Redis and the projector, as `deploy/tollgate dev` does, and the keys.
start_stores() {
  local stores=$target/stores-$keys_stored
  TOLLGATE_DATA_DIR=$stores TOLLGATE_EDGE_PORT=0 TOLLGATE_MANAGEMENT_PORT=0 TOLLGATE_INTERNAL_PORT=0 \
    TOLLGATE_LOG_LEVEL=warn start stores $load_core "$root/deploy/tollgate" dev
  say "starting the stores …"
  until grep -q '^Ctrl-C stops all' "$run/stores.out"; do
    kill -0 "$pid" 2>/dev/null || fail "the stores have ended: $(tail -n 5 "$run/stores.out")"
    sleep 0.2
  done
  postgres_url=$(sed -n 's/^postgres  *\([^ ]*\).*/\1/p' "$run/stores.out")
  redis_url=$(sed -n 's/^redis  *\([^ ]*\).*/\1/p' "$run/stores.out")
  pepper=$stores/pepper
  keys=$stores/keys
  [ -f "$keys" ] || make_keys "$(sed -n 's/^internal  *\([^ ]*\).*/\1/p' "$run/stores.out")"
  head -n "$keys_in_turn" "$keys" >"$run/peer-keys"
}

make_keys() {
  say "making $keys_stored keys …"
  local number applied=0
  number=$(main BulkKeys "$postgres_url" "$pepper" "$keys_stored" "$keys.new")
  say "waiting until Redis has them …"
  until [ "${applied%.*}" -ge "$number" ]; do
    sleep 1
    applied=$(curl -sS "$1/metrics" | awk '$1 == "tollgate_projector_applied" {printf "%d", $2}')
  done
  mv "$keys.new" "$keys"
}

start_peer() {
  free_port
  case $1 in
    nginx | nginx-lua)
      render "$1.conf" "$run/$1.conf" SPOKEN "$nginx_spoken" CERTIFICATE "$nginx_certificate"
      start_nginx "$1" $peer_core
      ;;
    haproxy)
      render haproxy.cfg "$run/haproxy.cfg"
      start haproxy $peer_core haproxy -db -f "$run/haproxy.cfg"
      ;;
    scg)
      # shellcheck disable=SC2086 # options are meant to be split
      start scg $peer_core "$JAVA_HOME/bin/java" $scg_jvm_opts -Dreactor.netty.ioWorkerCount=1 \
        -cp "$here/peers/spring-cloud-gateway/target/classes:$here/peers/spring-cloud-gateway/target/lib/*" \
        io.tollgate.peer.SpringPeer --server.port="$port" --peer.keys="$run/peer-keys" \
        --peer.upstream="http://127.0.0.1:$upstream_port"
      ;;
    tollgate)
      configure_tollgate
      start tollgate $peer_core "$root/deploy/tollgate" edge
      ;;
    tollgate-websocket)
      tollgate_routes=websocket.yaml configure_tollgate "$1"
      # What direct buffers hold is told by the JVM only if it counts from its start.
      TOLLGATE_JVM_OPTS="$tollgate_jvm_opts -XX:NativeMemoryTracking=summary" \
        start "$1" $peer_core "$root/deploy/tollgate" edge
      ;;
    tollgate-unlimited)
      configure_tollgate "$1"
      TOLLGATE_LIMIT_REQUESTS_PER_SECOND=0 start "$1" $peer_core "$root/deploy/tollgate" edge
      ;;
    tollgate-free)
      tollgate_cost=0 configure_tollgate "$1"
      TOLLGATE_LIMIT_REQUESTS_PER_SECOND=0 start "$1" $peer_core "$root/deploy/tollgate" edge
      ;;
    *) fail "there is no peer $1" ;;
  esac
  await_port "$1" "$port"
}

# Lets `deploy/tollgate edge` find its settings, on a port and with data of its own, which $1 may name.
configure_tollgate() {
  local edge_port=$port ring=100000 name=${1:-tollgate}
  [ "$keys_stored" -le $ring ] || ring=$keys_stored
  free_port
  local internal=$port
  port=$edge_port
  render "${tollgate_routes:-tollgate.yaml}" "$run/$name.yaml" INTERNAL "$internal" RING "$ring" \
    COST "${tollgate_cost:-1}"
  if [ -n "$certificate" ]; then
    export TOLLGATE_EDGE_TLS_CERTIFICATE=$certificate TOLLGATE_EDGE_TLS_KEY=$run/key.pem
  fi
  export TOLLGATE_CONFIG=$run/$name.yaml TOLLGATE_JVM_OPTS=$tollgate_jvm_opts TOLLGATE_DATA_DIR=$run/$name-data
  export TOLLGATE_PEPPER_FILE=$pepper TOLLGATE_POSTGRES_URL=$postgres_url TOLLGATE_REDIS_URL=$redis_url
}
