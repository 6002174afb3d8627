#!/bin/sh
# Entry point `enter` of the stage1 interface: --pid=PID --appname=APP -- CMD…, in the pod's directory.
pid='' app=''
while [ "$#" -gt 0 ]; do
  case $1 in
    --pid=*) pid=${1#--pid=} ;;
    --appname=*) app=${1#--appname=} ;;
    --) shift && break ;;
  esac
  shift
done
if ! [ -d "/proc/$pid/root/" ]; then
  echo "fly-enter: Failed to get pod root: readlink /proc/$pid/root: no such file or directory" >&2
  exit 254
fi

uid='' gid='' groups=''
while read -r key first rest; do
  case $key in
    Uid:) uid=$first ;;
    Gid:) gid=$first ;;
    Groups:) groups="$first${rest:+ $rest}" ;;
  esac
done <"/proc/$pid/status"
groups=$(echo "${groups:-$gid}" | tr ' ' ',')

if ! command -v perl >/dev/null; then
  echo 'fly-enter: exec failed: cannot find perl: please install it' >&2
  exit 254
fi
program=$(cat "${0%/*}/become-app.pl") || exit 254

# Command lines can be read by everybody: values and words become variables RKT_n, and become-app.pl gets references. Only
# that program sets the app's environment: what it holds must not act on the host's tools.
n=0
refer() {
  eval "RKT_$n=\$1; export RKT_$n"
  reference="\${RKT_$n}"
  n=$((n + 1))
}
for word do
  refer "$word"
  shift
  set -- "$@" "$reference"
done
pairs=0
while IFS= read -r pair; do
  refer "${pair#*=}"
  set -- "${pair%%=*}=$reference" "$@"
  pairs=$((pairs + 1))
done <"stage1/rootfs/rkt/env/$app"
set -- fly-enter "/proc/$pid/root" / "$uid" "$gid" "$groups" "$pairs" "$@"
LC_ALL=C
export LC_ALL
exec nsenter --mount="/proc/$pid/ns/mnt" -- perl -C0 -e "$program" -- "$@"
