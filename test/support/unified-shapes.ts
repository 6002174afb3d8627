import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { FIELD_GROUPS, groupMask } from '../../src/model/field-groups.ts';
import { detectCgroups, type Cgroups } from '../../src/sources/cgroup/cgroups.ts';
import type { CgroupLimits } from '../../src/sources/cgroup/manager/limits.ts';
import { COLUMNS } from './columns.ts';
import { startIn } from './real-cgroups.ts';
import type { Attempt, LimitFiles, ReadingFacts, ShapeFacts } from './unified-facts.ts';
import { until } from './until.ts';

/** Changes the machine's cgroups as it likes: only for a machine of its own. */
const ROOT = '/sys/fs/cgroup';
const LIMITS = { memoryLimitBytes: 32 * 1024 * 1024, cpuShares: 512 };
const USER = 1_000;
const FILES = ['cpu.stat', 'memory.stat', 'memory.current', 'pids.peak', 'io.stat', 'memory.pressure'];
const STORM = 'while :; do sh -c "sleep 1000 & sleep 1000" & sleep 0.01; done';

/** Creates a cgroup, tries it and removes it. */
export async function attempt(cgroups: Cgroups, limits: CgroupLimits): Promise<Attempt> {
  try {
    const cgroup = await cgroups.create('attempt', limits);
    const [directory = ''] = cgroup.paths;
    const joined = sh('echo $$ >"$1"', cgroup.procsFiles[0] ?? '');
    const found = { directory, limits: limitFiles(directory), joined };
    await cgroup.remove();
    return found;
  } catch (error) {
    return { error: (error as Error).message };
  }
}

export async function attemptAtBareRoot(): Promise<Attempt> {
  return attempt(await detectCgroups(), LIMITS);
}

/** Arranges the cgroups as an init system does: no one but kernel threads stays in the root, which passes controllers on. */
export function moveInto(own: string): void {
  makeCgroup('init.scope', [1]);
  write('cgroup.subtree_control', '+cpu +memory +pids +io');
  makeCgroup(own, [process.pid]);
}

/** Ends as another user. */
export async function shapes(own: string, bareRoot: Attempt): Promise<ShapeFacts> {
  const below = await detectCgroups({ parent: `${own}/tasks` });
  const populated = {
    limited: await attempt(below, LIMITS),
    plain: await attempt(below, {}),
    passesOn: read(join(ROOT, own, 'cgroup.subtree_control')).trim(),
  };
  write(`${own}/cgroup.subtree_control`, '+cpu');
  const threaded = await attempt(below, {});
  write(`${own}/cgroup.subtree_control`, '-cpu');
  const survivors = await withoutKillFile();
  return { bareRoot, populated, threaded, survivors, delegated: await asUser() };
}

/** Every metric of a cgroup whose only process is stopped, so that nothing moves while it is compared. */
export async function readStandingStill(): Promise<ReadingFacts> {
  const cgroups = await detectCgroups();
  const cgroup = await cgroups.create('still', LIMITS);
  const [directory = ''] = cgroup.paths;
  const { pid } = await startIn(cgroup, 'dd if=/dev/zero of=/tmp/file bs=64k count=100; kill -STOP $$');
  await until('the process is stopped', () => /^State:\tT/m.test(read(`/proc/${pid}/status`)));
  const reader = cgroups.reader({ gate: false, maxStaleMs: 0, descriptorBudget: 16 });
  const open = reader.open(cgroup.paths);
  reader.read(open, groupMask(FIELD_GROUPS), 0, 0);
  const { page, base } = open.row;
  const values = Object.fromEntries(
    Object.entries(COLUMNS).map(([name, place]) => [name, page[base + place] ?? NaN]),
  );
  const files = Object.fromEntries(FILES.map((name) => [name, read(join(directory, name))]));
  reader.close(open);
  await cgroup.kill();
  await cgroup.remove();
  return { values, files };
}

async function withoutKillFile(): Promise<readonly number[]> {
  const cgroup = await (await detectCgroups()).create('storm', {});
  const file = join(cgroup.paths[0] ?? '', 'cgroup.kill');
  sh('mount --bind /dev/null "$1"', file);
  await startIn(cgroup, STORM);
  await cgroup.kill();
  const survivors = await cgroup.pids();
  sh('umount "$1"', file);
  await cgroup.remove();
  return survivors;
}

async function asUser(): Promise<Attempt> {
  const [above, own] = ['user.slice/app.slice', 'user.slice/app.slice/me.scope'];
  makeCgroup(own, [process.pid]);
  for (const path of ['user.slice', above]) write(`${path}/cgroup.subtree_control`, '+cpu +memory +pids');
  for (const path of [above, own]) {
    for (const name of ['', ...readdirSync(join(ROOT, path))]) chownSync(join(ROOT, path, name), USER, USER);
  }
  process.setgroups?.([]);
  process.setgid?.(USER);
  process.setuid?.(USER);
  return attempt(await detectCgroups(), LIMITS);
}

function sh(script: string, argument: string): boolean {
  return spawnSync('/bin/sh', ['-c', script, 'sh', argument]).status === 0;
}

function makeCgroup(path: string, pids: readonly number[]): void {
  mkdirSync(join(ROOT, path), { recursive: true });
  for (const pid of pids) write(`${path}/cgroup.procs`, String(pid));
}

function write(path: string, text: string): void {
  writeFileSync(join(ROOT, path), text);
}

export function limitFiles(directory: string): LimitFiles {
  const file = (name: string): string => read(join(directory, name)).trim();
  return { memory: file('memory.max'), swap: file('memory.swap.max'), weight: file('cpu.weight') };
}

/** The text of a file, empty when there is none. */
export function read(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
