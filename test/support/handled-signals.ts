import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** Whether a process catches or ignores a signal by now: a shell is there before its traps are. */
export function handlesSignal(pid: number, signal: 'SIGINT' | 'SIGTERM'): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const masks = [...status.matchAll(/^Sig(?:Cgt|Ign):\s+([0-9a-f]+)$/gm)];
  const bit = 1n << BigInt(constants.signals[signal] - 1);
  return masks.some(([, mask = '0']) => (BigInt(`0x${mask}`) & bit) !== 0n);
}
