import { readKernelFile } from './kernel-file.ts';

/** The cores that are online, as the kernel writes lists: `0-3`. */
export function onlineCores(): string {
  return readKernelFile('/sys/devices/system/cpu/online')?.trim() ?? '';
}

/** The same of memory nodes; a kernel without NUMA has the one node 0. */
export function onlineMemoryNodes(): string {
  return readKernelFile('/sys/devices/system/node/online')?.trim() ?? '0';
}
