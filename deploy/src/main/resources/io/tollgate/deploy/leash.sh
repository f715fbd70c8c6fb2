# Runs a program that must not outlive the process which holds the other end of stdin.
# Usage: sh -c "$(cat leash.sh)" leash <seconds> <program> [argument ...]
#
# When stdin ends, because its holder has closed it or has died in whatever way, the program gets
# SIGINT, and SIGKILL if it is still there after that many seconds. This shell is the program's
# parent, so its process number can't have been given to another one meanwhile.
#
# A shell starts what it puts in the background with SIGINT ignored. So the program must handle that
# signal itself to end in order, as Postgres and Redis do.
grace=$1
shift

# Handlers, not '': what is ignored stays ignored in the program. A terminal's Ctrl-C is the
# holder's to act on.
trap : HUP INT TERM

# A program in the background would else get /dev/null in its place.
exec 3<&0
"$@" </dev/null 3<&- &
program=$!

(
  trap '' HUP INT TERM
  while read -r _; do :; done <&3
  kill -INT "$program" 2>/dev/null
  waited=0
  while [ "$waited" -lt "$grace" ] && kill -0 "$program" 2>/dev/null; do
    sleep 1
    waited=$((waited + 1))
  done
  kill -KILL "$program" 2>/dev/null
) &
watch=$!
exec 3<&-

while :; do
  wait "$program"
  status=$?
  # A signal to this shell ends the wait, not the program.
  kill -0 "$program" 2>/dev/null || break
done
kill -KILL "$watch" 2>/dev/null
exit "$status"
