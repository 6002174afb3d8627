#!/bin/sh
# Keeps COUNT processes, each in cgroups of its own, until standard input ends; then ends and removes them all.
# A bench that dies closes our input, so nothing is left behind whatever happens to it.
# Usage: workload.sh COUNT EVERY_NTH_IS_BUSY DIRECTORY… (the directories are made here; 0 = none is busy)
trap '' HUP INT TERM PIPE
count=$1 nth=$2
shift 2
pids=

names() { seq -f 't%.0f' 0 $((count - 1)); }

leave() { for directory; do echo $$ >"$directory/../cgroup.procs"; done; }

clean() {
  leave "$@"
  # shellcheck disable=SC2086 # one word a pid
  [ -z "$pids" ] || kill -9 $pids
  wait
  tries=50
  for directory; do
    [ -d "$directory" ] || continue
    # What a busy process had started ends within its second.
    until find "$directory" -mindepth 1 -type d -exec rmdir {} + && rmdir "$directory"; do
      [ $((tries -= 1)) -gt 0 ] || break
      sleep 0.1
    done
  done
} 2>/dev/null

# Works a few ms every second: the counters of its cgroups move, and so does its memory.
busy() {
  text=x
  while :; do
    turn=0
    while [ $turn -lt 2000 ]; do turn=$((turn + 1)); done
    [ ${#text} -gt 60000 ] && text=x
    text=$text$text
    sleep 1
  done
}

trap 'clean "$@"' EXIT
for directory; do
  mkdir "$directory" && (cd "$directory" && names | xargs mkdir) || exit 1
done
task=0
while [ $task -lt "$count" ]; do
  for directory; do echo $$ >"$directory/t$task/cgroup.procs" || exit 1; done
  if [ "$nth" -gt 0 ] && [ $((task % nth)) -eq 0 ]; then busy & else sleep 100000 & fi
  pids="$pids $!"
  task=$((task + 1))
done
leave "$@"
echo "$pids"
read -r _
