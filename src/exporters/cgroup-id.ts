/** Where Linux mounts the hierarchies, and the names of those that are mounted below. */
const ROOT = '/sys/fs/cgroup';
const V1 =
  /^\/(?:unified|(?:cpu|cpuacct|cpuset|memory|blkio|pids|freezer|devices|net_cls|net_prio|perf_event|hugetlb|rdma|misc|systemd)(?:,[a-z_,]+)?)(?=\/)/;

/** The path of a task's cgroup in its hierarchies, as cAdvisor reports it; undefined when it has none. */
export function cgroupId(paths: readonly string[]): string | undefined {
  const [first] = paths;
  if (first === undefined) return undefined;
  const inRoot = first.startsWith(`${ROOT}/`) ? first.slice(ROOT.length) : first;
  return paths.length > 1 || V1.test(inRoot) ? inRoot.replace(V1, '') : inRoot;
}
