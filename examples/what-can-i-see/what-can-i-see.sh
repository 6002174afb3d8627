#!/bin/sh
# Prints what a process in a pod can see and do, a fact a line, to be compared: of the app and of a command in it, of fly and oci,
# of another engine. It needs a shell and the tools of busybox, and changes nothing on the machine.
set -u

fact() {
  printf '%s=%s\n' "$1" "$2"
}

can() {
  name=$1
  shift
  if "$@" >/dev/null 2>&1; then fact "$name" yes; else fact "$name" no; fi
}

of_status() {
  while read -r key value; do
    [ "$key" = "$1:" ] && printf %s "$value" && return
  done </proc/self/status
}

count() {
  printf %s "$#"
}

fact user "$(id -u):$(id -g)"
fact capabilities "$(of_status CapEff)"
fact bounding "$(of_status CapBnd)"
fact no-new-privileges "$(of_status NoNewPrivs)"
fact seccomp "$(of_status Seccomp)"
fact own-pid-namespace "$([ -e /proc/2/status ] && grep -q kthreadd /proc/2/status && echo no || echo yes)"
fact interfaces "$(cut -d: -f1 /proc/net/dev | tail -n +3 | tr -d ' ' | sort | tr '\n' ' ')"

# Devices.
block=0
for path in /dev/*; do
  [ -b "$path" ] && block=$((block + 1))
done
fact block-devices "$block"
fact devices "$(find /dev -type c -o -type b | sed 's,^/dev/,,' | sort | tr '\n' ' ')"
can open-memory head -c 1 /dev/mem
can make-device sh -c 'mknod /dev/.seen c 1 1 && rm /dev/.seen'

# The kernel.
can write-sysrq test -w /proc/sysrq-trigger
for path in /proc/kcore /proc/keys /proc/latency_stats /proc/timer_list /proc/timer_stats /proc/sched_debug /proc/scsi \
  /proc/acpi /sys/firmware /sys/dev/block /sys/fs/selinux; do
  hidden=yes
  if [ -d "$path" ]; then
    # shellcheck disable=SC2046 # names without spaces
    [ "$(count $(ls -A "$path" 2>/dev/null))" = 0 ] || hidden=no
  elif [ -n "$(head -c 1 "$path" 2>/dev/null | tr '\0' x)" ]; then
    hidden=no
  fi
  fact "hidden $path" "$hidden"
done
# shellcheck disable=SC2016 # expanded by the inner shell
can write-sysctl sh -c 'read -r panic </proc/sys/kernel/panic && echo "$panic" >/proc/sys/kernel/panic'
# shellcheck disable=SC2016 # expanded by the inner shell
can write-sys sh -c 'read -r seen </sys/kernel/profiling && echo "$seen" >/sys/kernel/profiling'
# shellcheck disable=SC2016 # expanded by the inner shell
can write-irq sh -c 'read -r seen </proc/irq/default_smp_affinity && echo "$seen" >/proc/irq/default_smp_affinity'
can read-log dmesg
can new-namespace unshare -m true
can new-user-namespace unshare -r true
can mount sh -c 'mount -t tmpfs seen /dev/shm && umount /dev/shm'
