#!/bin/sh
# Entry point `stop` of the stage1 interface: [--force] UUID, in the pod's directory.
signal=TERM
[ "${1-}" = --force ] && signal=KILL
# Of several apps each is signaled; the first process of such a pod waits for them, and ends the pod only when it is killed.
if [ "$signal" = TERM ] && [ -d oci/apps ]; then
  for start in oci/apps/*/start; do
    read -r app _ <"$start" && kill -s TERM "$app" 2>/dev/null
  done
  exit 0
fi
# An OCI runtime writes no newline: read(1) fails with the whole of it.
main=''
if ! read -r main <pid && [ -z "$main" ]; then
  echo 'error reading pid: open pid: no such file or directory' >&2
  exit 254
fi
[ -d "/proc/$main" ] && exec kill -s "$signal" "$main"
read -r group <pgid && exec kill -s "$signal" -- "-$group"
exit 254
