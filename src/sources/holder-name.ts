import type { ProcessId } from '../model/process-id.ts';

const HOLDER = /^(?<pid>\d+)-(?<startTicks>\d+)-(?<instance>\d+)(?:-(?<bootId>.+))?$/;

/** The name of one lock holder in a process. */
export function holderName({ pid, startTicks, bootId }: ProcessId, instance: number): string {
  return [pid, startTicks, instance, ...(bootId === undefined ? [] : [bootId])].join('-');
}

/** The process of such a name; undefined if it is not one. */
export function holderProcess(name: string): ProcessId | undefined {
  const { pid, startTicks, bootId } = HOLDER.exec(name)?.groups ?? {};
  if (pid === undefined || startTicks === undefined) return undefined;
  return { pid: Number(pid), startTicks: Number(startTicks), ...(bootId !== undefined && { bootId }) };
}
