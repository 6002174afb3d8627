import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const COUNTED = ['readFileSync', 'statSync', 'readdirSync', 'openSync'] as const;

/** How often each synchronous function of `node:fs` is called during `action`, on paths that `matches` accepts. */
export async function countingFiles(
  matches: (path: string) => boolean,
  action: () => Promise<void>,
): Promise<Readonly<Record<(typeof COUNTED)[number], number>>> {
  const counts = { readFileSync: 0, statSync: 0, readdirSync: 0, openSync: 0 };
  const originals = COUNTED.map((name) => [name, fs[name]] as const);
  for (const [name, original] of originals) {
    const counted = (...args: readonly unknown[]): unknown => {
      if (matches(String(args[0]))) counts[name] += 1;
      return (original as (...all: readonly unknown[]) => unknown)(...args);
    };
    Object.assign(fs, { [name]: counted });
  }
  syncBuiltinESMExports();
  try {
    await action();
  } finally {
    for (const [name, original] of originals) Object.assign(fs, { [name]: original });
    syncBuiltinESMExports();
  }
  return counts;
}
