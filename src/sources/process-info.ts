import { readdirSync } from 'node:fs';

import type { ProcessId } from '../model/process-id.ts';
import { bootId, isOfEarlierBoot } from './boot-id.ts';
import { readKernelFile } from './kernel-file.ts';

/** The fields of /proc/PID/stat. */
export interface ProcessInfo extends ProcessId {
  readonly ppid: number;
  /** One letter, as in ps: R, S, D, T, Z, X, … */
  readonly state: string;
  readonly comm: string;
}

/** The process with this pid, or undefined when there is none. */
export function readProcess(pid: number, procRoot = '/proc'): Promise<ProcessInfo | undefined> {
  const text = readKernelFile(`${procRoot}/${pid}/stat`);
  return Promise.resolve(text === undefined ? undefined : parseProcessStat(text));
}

/** The identity of the process with this pid; undefined when there is none. */
export async function identify(pid: number): Promise<ProcessId | undefined> {
  const info = await readProcess(pid);
  const boot = bootId();
  return info && { pid, startTicks: info.startTicks, ...(boot !== undefined && { bootId: boot }) };
}

/**
 * The /proc/PID/stat of exactly this process while it runs: not of a zombie or of a later process with the same pid.
 */
export async function readAlive(processId: ProcessId, procRoot = '/proc'): Promise<ProcessInfo | undefined> {
  if (isOfEarlierBoot(processId)) return undefined;
  const info = await readProcess(processId.pid, procRoot);
  return info?.startTicks === processId.startTicks && !isDead(info) ? info : undefined;
}

/** True while exactly this process runs, see {@link readAlive}. */
export async function isAlive(processId: ProcessId, procRoot = '/proc'): Promise<boolean> {
  return (await readAlive(processId, procRoot)) !== undefined;
}

/** True for a process that has exited and waits to be reaped. */
export function isDead(info: ProcessInfo): boolean {
  return info.state === 'Z' || info.state === 'X';
}

/** SIGSTOP, SIGTSTP, SIGTTIN and SIGTTOU in the signal masks of /proc/PID/status. */
const STOP_SIGNALS = 0x3c0000n;

/** True while a signal that stops the process was sent to it and has not reached it: its state shows nothing of that yet. */
export function hasPendingStop(pid: number, procRoot = '/proc'): boolean {
  const mask = /^ShdPnd:\s*([0-9a-f]+)$/m.exec(readKernelFile(`${procRoot}/${pid}/status`) ?? '')?.[1];
  return mask !== undefined && (BigInt(`0x${mask}`) & STOP_SIGNALS) !== 0n;
}

/** The pids of a process and all its descendants, parents first; empty when the process is gone. */
export async function processTree(pid: number, procRoot = '/proc'): Promise<readonly number[]> {
  if ((await readProcess(pid, procRoot)) === undefined) return [];
  const childrenOf = await childrenLookup(pid, procRoot);
  const tree = [pid];
  const seen = new Set(tree);
  for (const parent of tree) {
    const fresh = childrenOf(parent).filter((child) => !seen.has(child));
    for (const child of fresh) seen.add(child);
    tree.push(...fresh);
  }
  return tree;
}

/**
 * The fields of one line of /proc/PID/stat; undefined for an invalid line.
 *
 * `comm` is in parentheses and may itself contain spaces and parentheses: it ends at the last one.
 */
export function parseProcessStat(text: string): ProcessInfo | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = text
    .slice(close + 1)
    .trim()
    .split(/\s+/);
  const pid = Number(text.slice(0, open).trim() || NaN);
  const state = fields[0] ?? '';
  const ppid = Number(fields[1] ?? NaN);
  const startTicks = Number(fields[19] ?? NaN);
  if (state.length !== 1 || ![pid, ppid, startTicks].every(Number.isSafeInteger)) return undefined;
  return { pid, startTicks, ppid, state, comm: text.slice(open + 1, close) };
}

type ChildrenOf = (pid: number) => readonly number[];

/** Kernels without CONFIG_PROC_CHILDREN have no `children` files: then all processes are read once. */
async function childrenLookup(pid: number, procRoot: string): Promise<ChildrenOf> {
  if (readKernelFile(`${procRoot}/${pid}/task/${pid}/children`) !== undefined) {
    return (parent) => childrenByThreads(parent, procRoot);
  }
  const byParent = new Map<number, number[]>();
  for (const name of listDirectory(procRoot).filter((entry) => /^\d+$/.test(entry))) {
    const info = await readProcess(Number(name), procRoot);
    if (info === undefined) continue;
    byParent.set(info.ppid, [...(byParent.get(info.ppid) ?? []), info.pid]);
  }
  return (parent) => byParent.get(parent) ?? [];
}

/** A child belongs to the thread that forked it, so all threads are read. */
function childrenByThreads(pid: number, procRoot: string): readonly number[] {
  return listDirectory(`${procRoot}/${pid}/task`).flatMap((thread) =>
    (readKernelFile(`${procRoot}/${pid}/task/${thread}/children`) ?? '')
      .split(/\s+/)
      .filter((word) => /^\d+$/.test(word))
      .map(Number),
  );
}

function listDirectory(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    // The process exited between two reads.
    return [];
  }
}
