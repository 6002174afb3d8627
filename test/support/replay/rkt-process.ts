import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RUNTIME_VARIABLE } from '../../../src/embedded/stage1/oci/oci-runtime.ts';

/** The embedded rkt as it is installed; `npm run build` makes it. */
export const EMBEDDED_RKT = fileURLToPath(new URL('../../../dist/embedded/rkt.sh', import.meta.url));

/** Environment of every recorded command. */
export const BASE_ENV: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C',
  TZ: 'UTC',
  TERM: 'dumb',
};

/** How a finished command ended. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Settings of a call. */
export interface CallOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly cwd?: string;
}

/** A running command; it has a session of its own, and mounts nothing that others could see. */
export class RktProcess {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
  /** Output goes to files: pipes would stay open as long as anything the app leaves behind. */
  readonly #outputDir = mkdtempSync(join(tmpdir(), 'rkt-streams-output-'));
  #ended = false;

  constructor(args: readonly string[], options: CallOptions = {}) {
    const isRoot = process.getuid?.() === 0 && options.uid === undefined;
    // Without root no one could write the coverage that Node hands down to every child.
    const wrapper = isRoot
      ? ['unshare', '--mount', '--propagation', 'private', '--']
      : ['env', '--unset=NODE_V8_COVERAGE'];
    const [file = '', ...argv] = [...wrapper, '/bin/sh', EMBEDDED_RKT, ...args];
    const outputs = ['out', 'err'].map((name) => openSync(join(this.#outputDir, name), 'w'));
    this.child = spawn(file, argv, {
      cwd: options.cwd ?? '/',
      detached: true,
      env: { ...BASE_ENV, ...chosenRuntime(), RKT_STREAMS_NODE: process.execPath, ...options.env },
      stdio: [options.stdin === undefined ? 'ignore' : 'pipe', ...outputs],
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
    outputs.forEach(closeSync);
    this.child.stdin?.end(options.stdin);
    this.outcome = this.#collect();
  }

  get ended(): boolean {
    return this.#ended;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The process has become the app: it has a root of its own and is not the launcher any more. */
  get isApp(): boolean {
    const words = readProc(this.pid, 'cmdline');
    if (words.includes('\0run-apps\0')) return true;
    if (words.includes('/oci/state\0')) return this.#hasInit;
    const isLauncher = ['unshare', 'perl'].includes(readProc(this.pid, 'comm').trim());
    return !['', '/'].includes(rootOf(this.pid)) && !isLauncher;
  }

  /** An OCI runtime has started what is before the app. */
  get #hasInit(): boolean {
    const children = readProc(this.pid, `task/${this.pid}/children`).trim().split(' ');
    return children.some((pid) => readProc(Number(pid), 'cmdline').startsWith('/dev/.rkt-init'));
  }

  get hasChildren(): boolean {
    return readProc(this.pid, `task/${this.pid}/children`).trim() !== '';
  }

  /** Ends the command and everything of its session, also what the app has left behind. */
  async kill(): Promise<void> {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await this.outcome;
  }

  #collect(): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('exit', (exitCode, signal) => {
        this.#ended = true;
        const [stdout = '', stderr = ''] = ['out', 'err'].map((name) =>
          readFileSync(join(this.#outputDir, name), 'utf8'),
        );
        rmSync(this.#outputDir, { recursive: true });
        resolve({ exitCode, signal, stdout, stderr });
      });
    });
  }
}

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

function rootOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/root`);
  } catch {
    return '';
  }
}

/** Runs one command to its end. */
export function callEmbedded(args: readonly string[], options: CallOptions = {}): Promise<Outcome> {
  return new RktProcess(args, options).outcome;
}

/** The OCI runtime that the test has chosen. */
function chosenRuntime(): Readonly<Record<string, string>> {
  const chosen = process.env[RUNTIME_VARIABLE];
  return chosen === undefined ? {} : { [RUNTIME_VARIABLE]: chosen };
}
