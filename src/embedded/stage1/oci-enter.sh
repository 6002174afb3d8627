#!/bin/sh
# Entry point `enter` of the stage1 interface. A real rkt does not know the restrictions of such a pod.
echo "enter: this pod is one of the embedded rkt of rkt-streams: enter it with \`rkt-streams rkt enter\`" >&2
exit 254
