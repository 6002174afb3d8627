#!/bin/sh
# Mounts checked volumes at places that only root can write, and becomes COMMAND. Runs in a mount namespace of its own, so
# that nothing of it is left when COMMAND ends.
#
#   pin-volumes.sh [DEVICE:INODE SOURCE PLACE]... -- COMMAND...
#
# Others can replace SOURCE, or a directory above it, at any time. What was mounted has to be what was checked; if it is
# not, nothing has used it yet and the exit code is 253.
set -u

replaced() {
  printf '%s\n' "run-prepared: the volume $1 has been replaced since it was checked" >&2
  exit 253
}

while [ "$1" != -- ]; do
  if ! said=$(mount --no-canonicalize --rbind -- "$2" "$3" 2>&1); then
    [ "$(stat -c %d:%i -- "$2" 2>&1)" = "$1" ] || replaced "$2"
    printf '%s\n' "run-prepared: can't mount the volume $2: ${said##*: }" >&2
    exit 254
  fi
  [ "$(stat -c %d:%i -- "$3" 2>&1)" = "$1" ] || replaced "$2"
  shift 3
done
shift
exec "$@"
