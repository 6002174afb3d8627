import { readFileSync } from 'node:fs';

import type { RktContext } from '../../embedded-context.ts';
import { findHostTool } from '../../pods/shell.ts';
import type { OciRuntime } from './oci-runtime.ts';

/** recvmsg(2) on the processors with 64 bits that Node runs on. */
const RECVMSG: Partial<Record<NodeJS.Architecture, number>> = {
  x64: 47,
  arm64: 212,
  riscv64: 212,
  ppc64: 342,
  s390x: 372,
};

/** Relays the terminal of a container in place of its runtime. */
export interface TerminalRelay {
  /** The words before a command of the runtime. */
  readonly words: readonly string[];
  /** The option of that command. */
  readonly option: string;
}

/**
 * crun prints the last output of a command as a message of its log, with a time and colours, when the command ends before its output
 * was read. It is relayed here instead.
 *
 * @param socket a path in a directory that only the caller can write to
 * @returns undefined for another runtime, and where perl is missing
 */
export function terminalRelay(
  { env }: Pick<RktContext, 'env'>,
  { name }: Pick<OciRuntime, 'name'>,
  socket: string,
): TerminalRelay | undefined {
  const perl = name === 'crun' ? findHostTool(env, 'perl') : undefined;
  const recvmsg = RECVMSG[process.arch];
  if (perl === undefined || recvmsg === undefined) return undefined;
  const text = readFileSync(new URL('./relay-terminal.pl', import.meta.url), 'utf8');
  return { words: [perl, '-e', text, '--', String(recvmsg), socket], option: `--console-socket=${socket}` };
}
