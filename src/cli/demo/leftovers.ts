import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { RUNTIME_DIR } from '../../embedded/net/runtime-dir.ts';
import { childrenOfThis, entries, processIds, target, text } from './demo-machine.ts';
import type { DemoPlace } from './place.ts';
import type { Check } from './demo-records.ts';

/** The kernel needs a moment to remove a killed process, and running commands a moment to exit. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 50;
const SHOWN_COMMAND = 60;

/**
 * Checks for everything that the demo may have left on the machine: processes by their cgroup, root, working
 * directory, program, command line and parent; mounts in every visible mount namespace; cgroups in every hierarchy;
 * leases, ports and rules of networks; pods; files of the driver. Repeats the check for a while as long as it finds something.
 */
export async function findLeftovers(
  place: DemoPlace,
  podIds: readonly string[] = [],
): Promise<readonly Check[]> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const checks = [
      processes(place),
      mounts(place),
      cgroups(place),
      networks(podIds),
      pods(place),
      files(place),
    ];
    if (checks.every(({ left }) => left.length === 0) || performance.now() > deadlineMs) return checks;
    await delay(PAUSE_MS);
  }
}

function processes({ base, cgroupParent, earlierChildren }: DemoPlace): Check {
  const pids = processIds().filter((pid) => pid !== process.pid && !earlierChildren.has(pid));
  const children = childrenOfThis();
  const isOurs = (pid: number): boolean => {
    const proc = `/proc/${pid}`;
    const paths = ['root', 'cwd', 'exe'].map((name) => target(`${proc}/${name}`));
    return (
      paths.some((path) => path.startsWith(base)) ||
      text(`${proc}/cgroup`).includes(cgroupParent) ||
      text(`${proc}/cmdline`).includes(base) ||
      children.has(pid)
    );
  };
  const left = pids.filter(isOurs).map((pid) => {
    const command = text(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    return `${pid} ${command.slice(0, SHOWN_COMMAND)}`;
  });
  return { what: 'processes', looked: pids.length, left };
}

function mounts({ base }: DemoPlace): Check {
  const namespaces = new Map(processIds().map((pid) => [target(`/proc/${pid}/ns/mnt`), pid]));
  namespaces.set(target('/proc/self/ns/mnt'), process.pid);
  const lines = [...namespaces.values()].flatMap((pid) => text(`/proc/${pid}/mountinfo`).split('\n'));
  const left = lines.filter((line) => line.includes(base)).map((line) => line.split(' ')[4] ?? line);
  return { what: 'mounts', looked: lines.length, left };
}

function cgroups({ cgroupRoot, cgroupParent }: DemoPlace): Check {
  const all = directoriesBelow(cgroupRoot);
  return {
    what: 'cgroups',
    looked: all.length,
    left: all.filter((path) => path.includes(`/${cgroupParent}`)),
  };
}

/** Leases, ports of the host and rules of iptables: each names its pod. */
function networks(podIds: readonly string[]): Check {
  const records = filesBelow(RUNTIME_DIR).map((path) => [path, `${path} ${text(path)}`] as const);
  const saved = spawnSync('iptables-save', { encoding: 'utf8' });
  const rules = saved.error === undefined ? saved.stdout.split('\n') : [];
  const left = [...records, ...rules.map((rule) => [rule, rule] as const)]
    .filter(([, content]) => podIds.some((id) => content.includes(id)))
    .map(([thing]) => thing);
  return { what: 'networks', looked: records.length + rules.length, left };
}

/** `pods/run/UUID`, `pods/exited-garbage/UUID` and so on. */
function pods({ rktDir }: DemoPlace): Check {
  const states = entries(join(rktDir, 'pods')).map((state) => join(rktDir, 'pods', state));
  return { what: 'pods', looked: states.length, left: states.flatMap((state) => entriesIn(state)) };
}

/** State, exit and log files of the tasks. The locks of the data directory belong to no task. */
function files({ dataDir }: DemoPlace): Check {
  const folders = entries(dataDir)
    .filter((name) => name !== 'locks')
    .map((name) => join(dataDir, name));
  return { what: 'files', looked: folders.length, left: folders.flatMap((folder) => entriesIn(folder)) };
}

function filesBelow(top: string): readonly string[] {
  return [top, ...directoriesBelow(top)].flatMap(entriesIn);
}

function directoriesBelow(top: string): readonly string[] {
  const found = [top];
  for (const directory of found) {
    try {
      const below = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
      found.push(...below.map(({ name }) => join(directory, name)));
    } catch {
      continue; // A cgroup that was removed meanwhile is not left over.
    }
  }
  return found.slice(1);
}

function entriesIn(directory: string): readonly string[] {
  return entries(directory).map((name) => join(directory, name));
}
