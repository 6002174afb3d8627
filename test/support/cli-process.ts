import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { Sandbox } from './sandbox.ts';
import { until } from './until.ts';

/** As it is built: to compile it anew takes longer than most commands. */
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const COMMAND = [process.execPath, MAIN];

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as a process, on its way. */
export interface CliProcess {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until stdout holds a text. */
  readonly says: (text: string) => Promise<void>;
  readonly ended: Promise<CliResult>;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
  /** In a terminal, made by util-linux `script`; stderr is part of stdout then. */
  readonly tty?: boolean;
  readonly uid?: number;
  readonly gid?: number;
}

/** The command line with arguments, for a shell. */
export function shellLine(args: readonly string[]): string {
  return [...COMMAND, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}

/** Starts the command line. Nothing of the variables of this process that it knows gets through. */
export function startCli(args: readonly string[], options: CliOptions = {}): CliProcess {
  const { env = {}, input, cwd, uid, gid, tty = false } = options;
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('RKT_STREAMS_') && name !== 'NO_COLOR',
  );
  const argv = [...COMMAND, ...args];
  const [program = '', ...words] = tty ? ['script', '-qefc', `exec ${shellLine(args)}`, '/dev/null'] : argv;
  const child = spawn(program, words, {
    // Another user cannot write the coverage of this one.
    env: { ...Object.fromEntries(inherited), ...(uid !== undefined && { NODE_V8_COVERAGE: '' }), ...env },
    ...(cwd !== undefined && { cwd }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const out = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (out.stderr += text));
  if (!tty) child.stdin.end(input);
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...out }));
  });
  return {
    child,
    stdout: () => out.stdout,
    stderr: () => out.stderr,
    says: (text) =>
      until(`"${text}" in ${JSON.stringify(out)} of ${args.join(' ')}`, () => out.stdout.includes(text)),
    ended,
  };
}

/** The settings of a sandbox, as variables. */
export function variablesOf({ options }: Sandbox): Readonly<Record<string, string>> {
  return {
    RKT_STREAMS_RKT: options.rkt,
    RKT_STREAMS_RKT_DIR: options.rktDir,
    RKT_STREAMS_DATA_DIR: options.dataDir,
    RKT_STREAMS_CGROUP_PARENT: options.cgroupParent,
  };
}

/** The command line in a sandbox of its own. */
export function cliIn(sandbox: Sandbox): {
  readonly start: (args: readonly string[], more?: CliOptions) => CliProcess;
  readonly run: (args: readonly string[], more?: CliOptions) => Promise<CliResult>;
  /** Runs with `--json`, expects success, and parses every line. */
  readonly json: (...args: readonly string[]) => Promise<readonly Record<string, unknown>[]>;
  /** Ends what a failed test has left running. */
  readonly killAll: () => Promise<void>;
} {
  const env = variablesOf(sandbox);
  const started = new Set<CliProcess>();
  const start = (args: readonly string[], more: CliOptions = {}): CliProcess => {
    const one = startCli(args, { ...more, env: { ...env, ...more.env } });
    started.add(one);
    one.child.on('close', () => started.delete(one));
    return one;
  };
  return {
    start,
    run: (args, more) => start(args, more).ended,
    async json(...args) {
      const { exitCode, stdout, stderr } = await start(['--json', ...args]).ended;
      if (exitCode !== 0) throw new Error(`${args.join(' ')} exited with ${exitCode}: ${stderr}`);
      return parseLines(stdout);
    },
    async killAll() {
      const all = [...started];
      all.forEach(({ child }) => child.kill('SIGKILL'));
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}

export function parseLines(text: string): readonly Record<string, unknown>[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
