import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runRkt } from '../../src/embedded/command-line/run-rkt.ts';
import type { RktContext } from '../../src/embedded/embedded-context.ts';

/** What one call of the embedded rkt gave. */
export interface RktResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Settings of a call; root and the current directory unless reported otherwise. */
export interface RktCall {
  readonly cwd?: string;
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Calls the embedded rkt in this process, for commands that launch nothing. */
export async function callRkt(argv: readonly string[], call: RktCall = {}): Promise<RktResult> {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await runRkt({
    argv,
    env: call.env ?? {},
    cwd: call.cwd ?? '/',
    uid: call.uid ?? process.getuid?.() ?? 0,
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
  });
  return { exitCode, stdout: out.join(''), stderr: err.join('') };
}

/** A directory of its own, removed by `remove`. Nothing may be mounted below it. */
export function temporaryDir(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'rkt-streams-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A context for calling parts of the embedded rkt directly. */
export function testContext(dir: string, overrides: Partial<RktContext> = {}): RktContext {
  return {
    dir,
    debug: false,
    insecure: new Set(['image']),
    localConfigDir: join(dir, 'etc'),
    systemConfigDir: join(dir, 'usr'),
    userConfigDir: undefined,
    trustKeysFromHttps: false,
    label: 'test',
    env: {},
    cwd: dir,
    uid: process.getuid?.() ?? 0,
    stdout: () => undefined,
    stderr: () => undefined,
    ...overrides,
  };
}
