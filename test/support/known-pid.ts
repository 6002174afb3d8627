/** The pid of a process that a test signals: pid 0 would be the test's own process group. */
export function knownPid(pid: number | undefined): number {
  if (pid === undefined || !(pid > 0)) throw new Error(`a process to signal has no pid: ${String(pid)}`);
  return pid;
}
