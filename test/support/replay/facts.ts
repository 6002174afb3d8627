import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

import { parseLocks } from '../../../src/embedded/pods/locks.ts';
import { mountsWithin, readMounts } from '../../../src/embedded/pods/mountinfo.ts';
import type { Replay } from './replay.ts';
import type { RecordedEntry, RecordedStep } from './scenario.ts';

/** A fact that is not as recorded. */
export interface FactDifference {
  readonly recorded: unknown;
  readonly ours: unknown;
}

/** Compares what a step without a command looked at: files, locks, processes, mounts. */
export function checkFacts(replay: Replay, step: RecordedStep): FactDifference | undefined {
  switch (step.kind) {
    case 'fs':
      return compare(recordedEntries(step), ourEntries(replay, step));
    case 'flock':
      return compare(step.result, locks(replay, step));
    case 'procLocks':
      return compare(true, procLocksNameTheApp(replay));
    case 'proc':
      return compare(recordedProcess(step), ourProcess(replay, step));
    case 'mounts':
      return compare([], mountsWithin(readMounts(), replay.dataDir));
    default:
      return undefined;
  }
}

function compare(recorded: unknown, ours: unknown): FactDifference | undefined {
  return JSON.stringify(recorded) === JSON.stringify(ours) ? undefined : { recorded, ours };
}

/** Ids of rendered trees depend on the image and on the stage1: what lies below them is not compared. */
const DEPS = /deps-sha512-/;

function localPath(replay: Replay, path: string): string {
  return replay
    .fill(path)
    .split('/')
    .map((part) => replay.cast.translate(part))
    .join('/');
}

/** Type and mode of everything listed. */
function recordedEntries(step: RecordedStep): readonly string[] {
  return comparedEntries(step).map(({ path, type, mode }) =>
    `${path.replace(/[0-9a-f-]{36}/, '<uuid>')} ${type} ${type === 'symlink' ? '' : (mode ?? '')}`.trim(),
  );
}

function ourEntries(replay: Replay, step: RecordedStep): readonly string[] {
  const root = localPath(replay, step.path ?? '');
  return comparedEntries(step).map(({ path }) => {
    const ours = join(root, ...path.split('/').map((part) => replay.cast.translate(part)));
    const name = path.replace(/[0-9a-f-]{36}/, '<uuid>');
    if (!existsSync(ours)) return `${name} missing`;
    const stat = lstatSync(ours);
    const type = stat.isSymbolicLink() ? 'symlink' : stat.isDirectory() ? 'dir' : 'file';
    return `${name} ${type} ${type === 'symlink' ? '' : `0o${(stat.mode & 0o7777).toString(8)}`}`.trim();
  });
}

function comparedEntries(step: RecordedStep): readonly RecordedEntry[] {
  return (step.entries ?? []).filter(({ path }) => !DEPS.test(path) && !path.startsWith('stage1/rootfs/'));
}

function locks(replay: Replay, step: RecordedStep): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(step.result ?? {}).map((dir) => {
      const { status } = spawnSync('flock', ['-s', '-n', `${localPath(replay, dir)}/.`, 'true']);
      return [dir, status === 0 ? 'free' : 'exclusively locked'];
    }),
  );
}

/** The lock belongs to the pid of the command that was started, which is the app. */
function procLocksNameTheApp(replay: Replay): boolean {
  const pid = replay.processes.get('run')?.pid ?? 0;
  const lines = readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .filter((line) => line.includes(`WRITE ${pid} `));
  return parseLocks(lines.join('\n').concat('\n')).exact.size === 1;
}

const COMPARED = ['comm', 'cmdline', 'uid', 'gid', 'groups', 'capEff', 'noNewPrivs', 'seccomp'] as const;

function recordedProcess(step: RecordedStep): Readonly<Record<string, unknown>> {
  const process = step.process ?? {};
  return Object.fromEntries(
    COMPARED.filter((key) => process[key] !== undefined).map((key) => [key, process[key]]),
  );
}

function ourProcess(replay: Replay, step: RecordedStep): Readonly<Record<string, unknown>> {
  const pid = [...replay.processes.values()].findLast((candidate) => !candidate.ended)?.pid ?? 0;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*?)\\s*$`, 'm').exec(status)?.[1];
  const facts: Readonly<Record<string, unknown>> = {
    comm: field('Name'),
    cmdline: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1),
    uid: field('Uid'),
    gid: field('Gid'),
    groups: field('Groups'),
    capEff: field('CapEff'),
    noNewPrivs: field('NoNewPrivs'),
    seccomp: field('Seccomp'),
    root: readlinkSync(`/proc/${pid}/root`),
  };
  return Object.fromEntries(Object.keys(recordedProcess(step)).map((key) => [key, facts[key]]));
}
