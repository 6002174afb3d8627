import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { agentSettings } from '../../src/cli/agent/agent-settings.ts';
import { loadSettings } from '../../src/cli/settings.ts';
import { readExitFile } from '../../src/ops/exit-record.ts';
import { createStateStore, stateFileName } from '../../src/registry/state-store.ts';
import { aStoredTask } from '../support/stored-tasks.ts';
import { isRkt, type FuzzTarget } from './target.ts';

let directory: string | undefined;

/** A file of its own for each target, in a directory that goes with the process. */
function fileNamed(name: string): string {
  if (directory === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'rkt-streams-fuzz-'));
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
    directory = made;
  }
  return join(directory, name);
}

function fileTarget(
  name: string,
  file: string,
  corpus: readonly string[],
  read: (path: string) => unknown,
): FuzzTarget {
  return {
    name,
    corpus: () => corpus.map((text) => Buffer.from(text)),
    parse(input) {
      const path = fileNamed(file);
      writeFileSync(path, input);
      return read(path);
    },
    isDocumented: isRkt,
  };
}

function readExit(path: string): void {
  const exit = readExitFile(path);
  if (exit !== undefined && !(Number.isInteger(exit.code) && exit.code >= 0 && exit.code <= 255))
    throw new Error(`an exit with code ${exit.code}`);
}

const entry = aStoredTask('one', { env: { A: 'b' } });

/** Each file is a task or a failure; a damaged one must not be replaced by what belongs to another start. */
async function readState(path: string): Promise<void> {
  const store = createStateStore(join(path, '..'));
  const { entries, failures } = await store.loadAll();
  if (entries.length + failures.length !== 1)
    throw new Error(`${entries.length} tasks and ${failures.length} failures of one file`);
  await store.saveIfPresent({ ...entry, startToken: 'another' });
}

function readConfig(path: string): void {
  const { server } = loadSettings({ flags: { config: path }, env: {}, cwd: '/' });
  agentSettings(server, {}, '/');
}

const CONFIG = {
  dataDir: '/x',
  rktConcurrency: 4,
  logMaxSize: '10Mi',
  agent: false,
  server: {
    listen: '[::1]:9477',
    socket: 'none',
    allowedHosts: ['a'],
    labels: ['job'],
    intervalMs: 1_000,
    otlp: 'http://localhost:4318',
    alerts: { rules: [] },
  },
};

/** Files that this program reads back, or that an operator writes. */
export const fileTargets: readonly FuzzTarget[] = [
  fileTarget('an exit file', 'exit', ['007\n', '----', '0--\n', '255\n'], readExit),
  fileTarget('a state file', stateFileName('one'), [`${JSON.stringify(entry)}\n`], readState),
  fileTarget('a config file', 'config', [JSON.stringify(CONFIG)], readConfig),
];
