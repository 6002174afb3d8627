import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What of a CPU profile we need. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A function, and its part of the time in which the process worked; what it calls does not count. */
export interface FunctionShare {
  readonly name: string;
  readonly percent: number;
}

/** Has a process profiled that ends within `run`; gives the functions whose file `isOurs`, largest share first. */
export async function profileOf(
  run: (directory: string) => Promise<unknown>,
  isOurs: (url: string) => boolean,
): Promise<readonly FunctionShare[]> {
  const directory = mkdtempSync(join(tmpdir(), 'rkt-streams-bench-profile-'));
  try {
    await run(directory);
    const [file = ''] = readdirSync(directory);
    return shares(JSON.parse(readFileSync(join(directory, file), 'utf8')) as Profile, isOurs);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function shares(
  { nodes, samples, timeDeltas }: Profile,
  isOurs: (url: string) => boolean,
): readonly FunctionShare[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  let workUs = 0;
  for (const [index, id] of samples.entries()) {
    const { functionName = '', url = '', lineNumber = 0 } = frames.get(id) ?? {};
    const us = timeDeltas[index] ?? 0;
    if (functionName === '(idle)') continue;
    workUs += us;
    if (!isOurs(url)) continue;
    const name = `${functionName || `line ${lineNumber + 1}`} of ${url.split('/').at(-1) ?? ''}`;
    times.set(name, (times.get(name) ?? 0) + us);
  }
  const all = [...times].map(([name, us]) => ({ name, percent: (us / workUs) * 100 }));
  return all.sort((a, b) => b.percent - a.percent);
}
