#!/bin/sh
# createRuntime hook of an OCI runtime: enter-cgroup.sh STATE_FILE [PROCS_FILE…], the state of the container on stdin.
#
# Puts the app into the cgroups of its task, so that the runtime stays outside, and writes down which process it is: its pid and
# its start time in clock ticks since boot, which distinguishes it from a later process with that pid.
set -u
state_file=$1
shift
# One line without a newline at its end: read(1) fails with the whole of it.
IFS= read -r state || :
pid=${state#*\"pid\"}
pid=${pid#*[!0-9]}
while [ "${pid#[!0-9]}" != "$pid" ]; do pid=${pid#[!0-9]}; done
pid=${pid%%[!0-9]*}
if [ -z "$pid" ]; then
  echo 'run: the OCI runtime reports no pid' >&2
  exit 1
fi
for procs do
  if ! echo "$pid" 2>/dev/null >"$procs"; then
    echo "run: cannot join the cgroup: writing to $procs failed" >&2
    exit 1
  fi
done
IFS= read -r stat <"/proc/$pid/stat" || exit 1
# The name of the program, in parentheses, may hold anything; 19 fields follow up to the start time.
# shellcheck disable=SC2086 # split into fields on purpose
set -- ${stat##*) }
shift 19
echo "$pid $1" >"$state_file"
