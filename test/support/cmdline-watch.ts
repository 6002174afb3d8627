import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./cmdline-child.ts', import.meta.url));

/** The command lines (words) that hold `marker` at any time while `action` runs, as another process sees them. */
export async function commandLinesDuring(
  marker: string,
  action: () => Promise<unknown>,
): Promise<readonly (readonly string[])[]> {
  const child = spawn(process.execPath, ['--import', 'tsx/esm', CHILD], {
    env: { ...process.env, CMDLINE_MARKER: marker },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const end = once(reader, 'close');
  try {
    await once(reader, 'line');
    await action();
  } finally {
    child.stdin.end();
    await end;
  }
  return lines.filter((line) => line.startsWith('[')).map((line) => JSON.parse(line) as readonly string[]);
}
