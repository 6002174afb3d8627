#!/bin/sh
# Entry point `stop` of the stage1 interface: [--force] UUID, in the pod's directory.
signal=TERM
[ "${1-}" = --force ] && signal=KILL
if ! read -r main <pid; then
  echo 'error reading pid: open pid: no such file or directory' >&2
  exit 254
fi
[ -d "/proc/$main" ] && exec kill -s "$signal" "$main"
read -r group <pgid && exec kill -s "$signal" -- "-$group"
exit 254
