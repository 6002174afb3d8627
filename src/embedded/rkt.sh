#!/bin/sh
# The embedded rkt. run, run-prepared and enter end as the app itself: Node decides and prints errors, and hands the
# commands that become the app to this shell, which keeps its pid.
self=$0
# A name without a slash, or that of a link, does not lead to the other files.
case $self in */*) ! [ -L "$self" ] ;; *) false ;; esac || self=$(readlink -f -- "$0")
main=${self%/*}/../programs/rkt.js
# A package that brings its own Node.js has it here.
node=${self%/*}/../../bin/node
[ -z "${RKT_STREAMS_NODE-}" ] && [ -x "$node" ] || node=${RKT_STREAMS_NODE:-node}

# Nothing to launch: Node takes the place of this shell. Too many matches cost a millisecond, too few would be wrong.
launches=
for arg do
  case $arg in ru | run | run-* | e | en | ent | ente | enter) launches=1 ;; esac
done
[ -n "$launches" ] || exec "$node" "$main" "$@"

# Only Node dies with this shell when that is killed early: a pod must not be prepared by an orphan. It reads the words
# of the command line from this shell's, so that they stand in no other one.
{
  launch=$(RKT_STREAMS_LAUNCH_FILE=/proc/self/fd/4 RKT_STREAMS_WORDS_OF=$$:$# \
    exec setpriv --pdeathsig TERM "$node" "$main" 4>&1 1>&3 3>&-)
  status=$?
} 3>&1
[ "$status" -eq 0 ] && [ -n "$launch" ] || exit "$status"
eval "$launch"
