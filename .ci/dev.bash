# `deploy/tollgate dev`, started and stopped; read by the scripts beside it. They set $work, a directory that is
# theirs, and dev to nothing, and have fail, which tells why and ends.
# shellcheck shell=bash disable=SC2154

# Waits up to $1 seconds for the command in the other arguments to succeed.
within() {
  local left=$1
  shift
  until "$@"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 1
  done
}

# Its arguments are variables for dev, NAME=value.
start_dev() {
  # Emptied here and now: the line of an earlier start must not be taken for this one's.
  : >"$work/dev.out"
  # As a job of its own: what a script starts in the background would else ignore SIGINT.
  set -m
  env "$@" deploy/tollgate dev >"$work/dev.out" 2>&1 &
  dev=$!
  set +m
  within 300 said_or_dead || fail "deploy/tollgate dev printed no curl line"
  kill -0 "$dev" 2>/dev/null || fail "deploy/tollgate dev ended by itself"
}

said_or_dead() {
  grep -q '^curl ' "$work/dev.out" || ! kill -0 "$dev" 2>/dev/null
}

stop_dev() {
  [ -z "$dev" ] || kill -INT "$dev" 2>/dev/null || true
  [ -z "$dev" ] || wait "$dev" 2>/dev/null || true
}
