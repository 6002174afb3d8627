import { readKernelFile } from './kernel-file.ts';

/** The online cores, in the format of the kernel: `0-3`. */
export function onlineCores(): string {
  return readKernelFile('/sys/devices/system/cpu/online')?.trim() ?? '';
}

/** The same for memory nodes; a kernel without NUMA has the single node 0. */
export function onlineMemoryNodes(): string {
  return readKernelFile('/sys/devices/system/node/online')?.trim() ?? '0';
}
