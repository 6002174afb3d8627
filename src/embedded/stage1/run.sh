#!/bin/sh
# Entry point `run` of the stage1 interface. Pods of the embedded rkt are started by it alone.
echo "run: this pod was prepared by the embedded rkt of rkt-streams: start it with \`rkt-streams rkt run-prepared\`" >&2
exit 254
