import { createInterface } from 'node:readline/promises';

import { RktError } from '../model/rkt-error.ts';

/** Asks a question on the terminal; only `y` and `yes` confirm. @throws RKT_ERR_OPTIONS where no one can answer */
export async function confirmed(question: string, signal: AbortSignal): Promise<boolean> {
  const { stdin: input, stderr: output } = process;
  if (!input.isTTY) {
    throw new RktError('RKT_ERR_OPTIONS', 'There is no terminal to confirm this on: give --force');
  }
  const lines = createInterface({ input, output });
  try {
    return /^y(?:es)?$/i.test((await lines.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    lines.close();
    // Otherwise a pending read keeps the process alive.
    input.destroy();
  }
}
