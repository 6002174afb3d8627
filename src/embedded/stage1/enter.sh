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

# env looks for commands in the app's PATH, so the host's tools need their full paths.
set -- "$(command -v unshare)" --root="/proc/$pid/root" --wd=/ --setuid="$uid" -- "$@"
set -- "$(command -v setpriv)" --regid "$gid" --groups "$groups" "$@"
set -- "$(command -v nsenter)" --mount="/proc/$pid/ns/mnt" -- "$@"
while IFS= read -r pair; do
  set -- "$pair" "$@"
done <"stage1/rootfs/rkt/env/$app"
exec env -i "$@"
