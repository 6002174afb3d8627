#!/bin/sh
# Waits for one pod and writes down how it ended, so that neither a Node process nor a living driver is needed for it.
#
#   shim.sh TASK_DIR RUN_DIR EXIT_FILE POD_DIR JOIN COMMAND... 3>>STDOUT 4>>STDERR
#
# The app's stdout and stderr are inherited open: by their names others could have put something else there by now.
# stdin is the app's: /dev/null, or a stream of the caller of the start.
# TASK_DIR holds the ticket this start was given; without it the start was revoked and nothing is run.
# JOIN is a colon-separated list of cgroup.procs files to enter before COMMAND, or empty.
# EXIT_FILE is there before, with its block allocated: on a full disk the exit status (128 + n for signal n) still fits in.
set -u
task_dir=$1 run_dir=$2 exit_file=$3 pod_dir=$4 join=$5
shift 5

# Every signal that would end or stop this shell by default, but those of a fault of its own, and the two that libc keeps.
# Caught, not ignored: an ignored signal would stay ignored in the app. `command` because not every shell knows every name.
for signal in HUP INT QUIT TRAP ABRT USR1 USR2 PIPE ALRM TERM 16 TSTP TTIN TTOU XCPU XFSZ VTALRM PROF IO PWR SYS; do
  command trap : "$signal" 2>/dev/null
done
signal=34
while [ "$signal" -le 64 ]; do
  command trap : "$signal" 2>/dev/null
  signal=$((signal + 1))
done

# rename(2) is the claim: a recovering driver renames the ticket too, and only one of the two can win.
mv "$task_dir/ticket" "$task_dir/shim.$$" 2>/dev/null || exit 125

read -r adjust </proc/self/oom_score_adj
echo -999 2>/dev/null >/proc/self/oom_score_adj

# Opened now: the status is written in place, and needs neither a descriptor nor a block then.
exec 5<>"$exit_file"

cd "$run_dir" || exit 125

# The app's stdout and stderr are given to it alone: this shell would write "Killed" into them. A subshell and not a shell of
# its own, which would be one program more; it has no trap, and `$$` is not its pid.
(
  exec 5>&-
  read -r pid _ </proc/self/stat
  # What the driver is protected by is not for the app: without the right to go down to 0, at least not the value of this shell.
  echo 0 2>/dev/null >/proc/self/oom_score_adj || echo "$adjust" 2>/dev/null >/proc/self/oom_score_adj
  umask 022
  # Programs of the app whose files have inheritable capabilities would get those of the driver; ambient ones go with them.
  while read -r key uid _ && [ "$key" != Uid: ]; do :; done </proc/self/status
  while read -r key inheritable && [ "$key" != CapInh: ]; do :; done </proc/self/status
  case $uid,$inheritable in 0,*[!0]*) set -- setpriv --inh-caps=-all -- "$@" ;; esac
  IFS=:
  for procs in $join; do echo "$pid" >"$procs" || exit 126; done
  unset IFS
  # With the CPU affinity of the driver, a task with reserved cores would have fewer.
  [ -z "${RKT_STREAMS_CPUS-}" ] || taskset -pc "$RKT_STREAMS_CPUS" "$pid" >/dev/null 2>&1
  unset RKT_STREAMS_CPUS
  echo "$pid" >"$task_dir/app.pid" || exit 126
  set -- setsid "$@"
  exec >&3 2>&4
  # shellcheck source=src/ops/only-standard-streams.sh
  . "${0%/*}/only-standard-streams.sh"
)
code=$?

# One write of the width of the placeholder; the newline says that it is whole. A file system that copies on write may
# have no space even for that: then the status waits here until it has, or the task is destroyed.
until printf '%03d\n' "$code" >&5; do
  [ -e "$task_dir/shim.$$" ] || exit 0
  sleep 1
done
# Somebody has removed the file meanwhile: better a new one than none.
[ -e "$exit_file" ] || printf '%03d\n' "$code" >"$exit_file"

# fly leaves no status behind: written where `rkt status` looks for it, it shows the exit code. Of builtins alone as far as
# can be: when hundreds of tasks end at once, every process more delays those who wait for them.
app=
for entry in "$pod_dir"/appsinfo/*; do
  [ -d "$entry" ] && app=${entry##*/}
done
if [ -n "$app" ] && [ -e "$pod_dir/pid" ]; then
  status=$pod_dir/stage1/rootfs/rkt/status
  if [ -e "$pod_dir/overlay-prepared" ]; then
    # The file has no newline at its end: read(1) then fails with the whole of it.
    tree_store_id=
    read -r tree_store_id <"$pod_dir/stage1TreeStoreID" || :
    status=$pod_dir/overlay/$tree_store_id/upper/rkt/status
  fi
  # An empty file would be taken for a status.
  { [ -d "$status" ] || mkdir -p "$status"; } &&
    { [ -e "$status/$app" ] || echo "$code" >"$status/$app" || rm -f "$status/$app"; }
fi
