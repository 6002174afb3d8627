import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Context } from 'mocha';

import { runRkt } from '../../src/embedded/command-line/run-rkt.ts';
import { PHASES, type Phase } from '../../src/embedded/pods/phases.ts';
import { buildImage, type ImageSpec } from './images.ts';
import { callEmbedded, RktProcess, type CallOptions, type Outcome } from './replay/rkt-process.ts';
import { requires } from './requirements.ts';
import { until } from './until.ts';

/** A running pod of the stage1 oci. */
export interface OciPod {
  readonly uuid: string;
  readonly dir: string;
  /** crun. */
  readonly process: RktProcess;
  /** The first process of the pod. */
  readonly pid: number;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The runtime has started what is the pod's first process. */
function isInit(dir: string): boolean {
  const pid = read(join(dir, 'pid')).trim();
  return pid !== '' && read(`/proc/${pid}/cmdline`).startsWith('/dev/.rkt-init');
}

/** Kills the first process of a pod's own pid namespace, which outlives a killed runtime. */
function endInit(dir: string): void {
  try {
    const [pid = '', startTicks] = readFileSync(join(dir, 'oci/init-start'), 'utf8').trim().split(' ');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[19] === startTicks) process.kill(Number(pid), 'SIGKILL');
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** A data directory of its own with an image in it, and everything started in it. */
export class PodFixture {
  readonly dir = mkdtempSync(join(tmpdir(), 'rkt-streams-pods-'));
  readonly dataDir = join(this.dir, 'data');
  readonly #started: RktProcess[] = [];
  #image = '';

  /** A fixture with an image; skips the tests where pods cannot run. */
  static async create(context: Context, spec: Partial<ImageSpec> = {}): Promise<PodFixture> {
    requires(context, 'root', 'pods');
    const fixture = new PodFixture();
    chmodSync(fixture.dir, 0o755);
    fixture.#image = await buildImage(fixture.dir, { name: 'test.local/shell', ...spec });
    return fixture;
  }

  get image(): string {
    return this.#image;
  }

  /** The script that would become the app of a prepared pod: all is decided, and nothing is mounted yet. */
  async launchScript(uuid: string): Promise<string> {
    let launch = '';
    await runRkt({
      argv: this.args('run-prepared', uuid),
      env: process.env,
      cwd: '/',
      uid: 0,
      stdout: () => undefined,
      stderr: () => undefined,
      launch: (text) => (launch = text),
    });
    return launch;
  }

  args(...args: readonly string[]): readonly string[] {
    return [`--dir=${this.dataDir}`, '--insecure-options=image', ...args];
  }

  /** Runs one command to its end. */
  rkt(args: readonly string[], options: CallOptions = {}): Promise<Outcome> {
    return callEmbedded(this.args(...args), options);
  }

  /** Starts a command and goes on when its app runs. */
  async start(
    args: readonly string[],
    options: CallOptions = {},
    isReady?: () => boolean,
  ): Promise<RktProcess> {
    const process = new RktProcess(this.args(...args), options);
    this.#started.push(process);
    await until('the app runs', () => process.ended || (isReady?.() ?? process.isApp));
    return process;
  }

  /** Prepares a pod that runs a shell script. */
  async prepare(script: string, ...flags: readonly string[]): Promise<string> {
    const { stdout, stderr } = await this.rkt([
      'prepare',
      ...flags,
      this.image,
      '--exec',
      '/bin/sh',
      '--',
      '-c',
      script,
    ]);
    if (!/^[0-9a-f-]{36}\n$/.test(stdout)) throw new Error(`prepare failed: ${stderr}`);
    return stdout.trim();
  }

  /** The words of an rkt command that runs a shell script in a pod of the stage1 oci. */
  ociRun(script: string, flags: readonly string[], app: readonly string[] = []): readonly string[] {
    return ['run', '--stage1-name=oci', ...flags, this.image, ...app, '--exec=/bin/sh', '--', '-c', script];
  }

  /** Starts a pod of the stage1 oci that runs a shell script, and goes on when its app runs. */
  async startOci(script: string, runFlags: readonly string[], ...flags: readonly string[]): Promise<OciPod> {
    const uuid = await this.prepare(script, '--stage1-name=oci', ...flags);
    const running = new RktProcess(this.args('run-prepared', ...runFlags, uuid));
    this.#started.push(running);
    const dir = this.podDir('run', uuid);
    await until('the app runs', () => running.ended || isInit(dir));
    return { uuid, dir, process: running, pid: Number(read(join(dir, 'pid'))) };
  }

  podDir(phase: Phase, uuid: string): string {
    return join(this.dataDir, 'pods', phase, uuid);
  }

  /** Pods by phase, without empty ones. */
  pods(): Readonly<Partial<Record<Phase, readonly string[]>>> {
    const found = PHASES.map((phase) => [phase, join(this.dataDir, 'pods', phase)] as const)
      .filter(([, dir]) => existsSync(dir))
      .map(([phase, dir]) => [phase, readdirSync(dir)] as const);
    return Object.fromEntries(found.filter(([, names]) => names.length > 0));
  }

  /** Ends what was started and removes everything. */
  async remove(): Promise<void> {
    for (const running of this.#started) await running.kill();
    for (const uuid of this.pods().run ?? []) endInit(this.podDir('run', uuid));
    rmSync(this.dir, { recursive: true, force: true });
  }
}
