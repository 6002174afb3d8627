import type { ProcessId } from '../model/process-id.ts';
import { readKernelFile } from './kernel-file.ts';

const FILE = '/proc/sys/kernel/random/boot_id';

let known: string | undefined;

/** The kernel's id of this boot; undefined if it cannot be read. */
export function bootId(): string | undefined {
  known ??= readKernelFile(FILE)?.trim();
  return known;
}

/** True for a process that a reboot has ended. Without a boot id on either side this is unknown: false. */
export function isOfEarlierBoot({ bootId: boot }: ProcessId): boolean {
  const now = bootId();
  return boot !== undefined && now !== undefined && boot !== now;
}
