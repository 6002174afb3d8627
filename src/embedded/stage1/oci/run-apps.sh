#!/bin/sh
# Runs the apps of a pod that has several: run-apps.sh RUNTIME OPTION PERL WAITER POD_DIR UUID STATUS_DIR APP…, in the pod's
# directory. OPTION keeps the runtime from making cgroups. PERL runs WAITER, a program that waits for a container; both are empty
# for a runtime that waits itself.
#
# A process that only waits has the namespaces of the pod; each app is a container in them. A shell beside each app waits for its
# runtime and writes down its exit code. The pod ends when all apps have ended, or when the first of them fails: that code is the
# pod's own.
set -u
runtime=$1 option=$2 perl=$3 waiter=$4 dir=$5 uuid=$6 status=$7
shift 7
# How long an app has to end when another one has failed, as systemd gives it in rkt's own stage1.
stop_seconds=90
all='HUP INT QUIT USR1 USR2 TERM CONT TSTP TTIN TTOU WINCH ALRM'

oci() { "$runtime" --root="$dir/oci/state" "$option" "$@"; }

# The runtimes pass signals on to their apps.
forward() {
  case $1 in INT | QUIT | TERM) : >oci/ending ;; esac
  for name in $apps; do
    { read -r waiting <"oci/apps/$name/runtime" && kill -s "$1" "$waiting"; } 2>/dev/null
  done
}

# Also true for a process that has yet to be reaped.
is_gone() {
  IFS= read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
  case ${stat##*) } in Z* | X*) return 0 ;; esac
  return 1
}

# The first app that fails ends the others.
fail() {
  mkdir oci/failed 2>/dev/null || return
  echo "$1" >oci/failed/code
  forward TERM
  # Held by everything that waits for an app.
  exec 8<&-
  flock -x -w "$stop_seconds" oci/apps/lock true || kill -s KILL "$first"
}

# shellcheck disable=SC2016 # expanded by the inner shell
keep() {
  # Caught, not ignored: an ignored signal would stay ignored in the app.
  for signal in $all; do trap : "$signal"; done
  app=$1 bundle="$dir/oci/apps/$1" container="$uuid-$1"
  set -- "$runtime" --root="$dir/oci/state" "$option"
  if [ -z "$perl" ]; then
    set -- "$@" run --bundle="$bundle" --pid-file="$bundle/pid" "$container"
  else
    set -- "$perl" -e "$waiter" -- "$bundle/pid" 5 "$@" delete "$container" \
      "$@" run --detach --bundle="$bundle" --pid-file="$bundle/pid" "$container"
  fi
  sh -c 'echo "$$" >"$1/runtime"; [ ! -e oci/ending ] || exit 143; shift; exec "$@"' keep "oci/apps/$app" "$@"
  code=$?
  rm -f "oci/apps/$app/runtime"
  echo "$code" >"$status/$app"
  [ "$code" -eq 0 ] || fail "$code"
}

apps=$*
oci run --detach --bundle="$dir/oci/pod" --pid-file="$dir/pid" "$uuid" </dev/null >/dev/null || exit
first=''
# The runtime writes no newline: read(1) fails with the whole of it.
read -r first <pid || [ -n "$first" ] || exit 254
ln -sfn "/proc/$first/ns" oci/ns
: >oci/apps/lock
exec 8<oci/apps/lock
flock -s 8
for signal in $all; do
  # shellcheck disable=SC2064 # the signal of now
  trap "forward $signal" "$signal"
done
keepers=
for app do
  keep "$app" </dev/null &
  keepers="$keepers $!"
done
exec 8<&-
for keeper in $keepers; do
  # A signal interrupts the wait.
  while kill -0 "$keeper" 2>/dev/null; do wait "$keeper"; done
done
oci delete --force "$uuid"
until is_gone "$first"; do sleep 0.01; done
code=0
[ ! -e oci/failed/code ] || read -r code <oci/failed/code
exit "$code"
