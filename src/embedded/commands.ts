import type { CommandEntry } from './command.ts';

/** Every command of the embedded rkt, in the order of the help. */
export const commandTable: readonly CommandEntry[] = [];
