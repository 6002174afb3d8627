import { readFileSync } from 'node:fs';

/** Identity of the running boot. */
export function currentBoot(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
