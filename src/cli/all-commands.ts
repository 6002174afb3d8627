import type { Command } from 'commander';

/** Makes a program with all commands loaded, for those that describe them. */
export type AllCommands = (options?: { readonly isAllShown?: boolean }) => Promise<Command>;
