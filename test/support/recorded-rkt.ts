import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RktRunner } from '../../src/rkt/command-runner.ts';
import type { CallOptions, RktOutput, RunOptions } from '../../src/rkt/command-options.ts';
import { commandLine } from '../../src/rkt/command-line.ts';
import type { SpawnOptions, SpawnedProcess } from '../../src/rkt/spawned-process.ts';
import { readKernelFile } from '../../src/sources/kernel-file.ts';
import { isDead, parseProcessStat } from '../../src/sources/process-info.ts';
import { recordedCommands, replayRunner, type RecordedCommand } from './recordings.ts';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** The command of a scenario at this place in its file. */
export function recordedCommand(scenario: string, index: number): RecordedCommand {
  const found = recordedCommands().find(({ title }) => title.startsWith(`${scenario} ${index}: `));
  if (found === undefined) throw new Error(`nothing was recorded as ${scenario} ${index}`);
  return found;
}

const ANSWERS = {
  version: recordedCommand('version', 0),
  prepare: recordedCommand('prepare-basic', 0),
  manifest: recordedCommand('prepare-basic', 4),
  prepared: recordedCommand('prepare-basic', 6),
  running: recordedCommand('lifecycle-fly', 6),
  exited: recordedCommand('lifecycle-fly', 18),
  preparedText: recordedCommand('prepare-basic', 5),
  runningText: recordedCommand('lifecycle-fly', 5),
  noPods: recordedCommand('list-states', 2),
  noPod: recordedCommand('lifecycle-fly', 30),
  rm: recordedCommand('rm', 4),
  rmRunning: recordedCommand('rm', 1),
  rmGone: recordedCommand('rm', 5),
  stop: recordedCommand('stop', 1),
  imageRm: recordedCommand('image-list', 24),
} as const;

/** How rkt can refuse, as it was recorded. */
export const REFUSALS = {
  imageMissing: recordedCommand('prepare-basic', 13),
  podRuns: ANSWERS.rmRunning,
  podGone: ANSWERS.noPod,
} as const;

interface RecordedPod {
  readonly annotations: Readonly<Record<string, string>>;
  /** Of its app; undefined before it has one. */
  readonly pid?: number;
}

type PodState = 'prepared' | 'running' | 'exited';

/** What a test makes of one call: a recording, or something that happens before the usual answer. */
export type Instead = RecordedCommand | ((args: readonly string[]) => Promise<RecordedCommand | undefined>);

/**
 * A runner that answers as the recorded rkt did. It keeps the pods that were prepared in the directories where rkt keeps
 * them, so that what looks there finds them. No process is started but by `spawn`, which a test gives.
 */
export class RecordedRkt {
  /** Each command of rkt, without the program, its wrapping and global flags. */
  readonly commands: string[] = [];
  /** The whole line of each command that was wrapped, and of each process that was spawned. */
  readonly lines: (readonly string[])[] = [];
  readonly #pods = new Map<string, RecordedPod>();
  readonly runner: RktRunner;
  readonly #instead = new Map<string, Instead>();

  readonly dir: string;

  constructor(
    dir: string,
    spawn: (argv: readonly string[], options: SpawnOptions) => Promise<SpawnedProcess>,
  ) {
    this.dir = dir;
    this.runner = {
      ...replayRunner(ANSWERS.version),
      globalArgs: [`--dir=${dir}`],
      run: (args, options) => this.#run(args, options),
      spawn: (argv, options = {}) => {
        this.lines.push(argv);
        return spawn(argv, options);
      },
    };
  }

  /** Answers a subcommand otherwise from now on; `undefined` takes that back. */
  answer(subcommand: string, instead: Instead | undefined): void {
    if (instead === undefined) this.#instead.delete(subcommand);
    else this.#instead.set(subcommand, instead);
  }

  /** Adds a pod as `rkt prepare` does: to the list, and to the directory of prepared ones. */
  async prepare(annotations: Readonly<Record<string, string>> = {}): Promise<string> {
    const podId = randomUUID();
    const directory = join(this.dir, 'pods', 'prepared', podId);
    await mkdir(join(directory, 'stage1'), { recursive: true });
    await writeFile(join(directory, 'pod'), ANSWERS.manifest.stdout);
    await writeFile(join(directory, 'stage1', 'manifest'), '{"name": "coreos.com/rkt/stage1-fly"}');
    this.#pods.set(podId, { annotations });
    return podId;
  }

  /** What `rkt run-prepared` does to the files of a pod before it becomes the app. */
  async begin(podId: string, pid: number): Promise<void> {
    const run = join(this.dir, 'pods', 'run');
    await mkdir(run, { recursive: true });
    await rename(join(this.dir, 'pods', 'prepared', podId), join(run, podId));
    this.#pods.set(podId, { annotations: this.#pods.get(podId)?.annotations ?? {}, pid });
    await writeFile(join(run, podId, 'pid'), `${pid}\n`);
  }

  /** The pods by their UUIDs. One runs as long as its app does. */
  get pods(): ReadonlyMap<string, PodState> {
    return new Map([...this.#pods].map(([podId, pod]) => [podId, stateOf(pod)]));
  }

  async #run(args: readonly string[], options: RunOptions = {}): Promise<RktOutput> {
    options.signal?.throwIfAborted();
    const words = args.slice(args.findIndex((arg) => !arg.startsWith('--')));
    const [subcommand = ''] = words;
    this.commands.push(words.join(' '));
    const wrap = options.wrap ?? options.wrapProcess;
    if (wrap !== undefined) this.lines.push(wrapped(this.runner, args, { ...options, wrap }));
    const instead = this.#instead.get(subcommand);
    const answer = typeof instead === 'function' ? await instead(words) : instead;
    return replayRunner(answer ?? (await this.#usual(words))).run(args, options);
  }

  async #usual(words: readonly string[]): Promise<RecordedCommand> {
    const [subcommand, ...rest] = words;
    const podId = rest.find((word) => UUID.test(word)) ?? '';
    switch (subcommand) {
      case 'version':
        return ANSWERS.version;
      case 'prepare':
        return ofPod(ANSWERS.prepare, await this.prepare(annotationsOf(rest)));
      case 'list':
        return { ...ANSWERS.noPods, stdout: this.#list() };
      case 'status':
        return this.#status(podId, words.includes('--format=json'));
      case 'cat-manifest':
        return ANSWERS.manifest;
      case 'rm':
        return this.#remove(podId);
      case 'stop':
        return ofPod(ANSWERS.stop, podId);
      case 'trust':
        return { ...ANSWERS.stop, stdout: '' };
      case 'image':
        return { ...ANSWERS.imageRm, stdout: `successfully removed aci for image: "${rest[1] ?? ''}"\n` };
      default:
        throw new Error(`no answer was recorded to rkt ${words.join(' ')}`);
    }
  }

  #list(): string {
    const all = [...this.#pods].map(([podId, pod]) => JSON.parse(podJson(podId, pod)) as unknown);
    return all.length === 0 ? ANSWERS.noPods.stdout : `${JSON.stringify(all)}\n`;
  }

  #status(podId: string, isJson: boolean): RecordedCommand {
    const pod = this.#pods.get(podId);
    if (pod === undefined) return ofPod(ANSWERS.noPod, podId);
    if (isJson) return { ...ANSWERS.running, stdout: podJson(podId, pod) };
    // Never the pid that was recorded: here it can be anybody's.
    if (pod.pid === undefined) return ANSWERS.preparedText;
    return {
      ...ANSWERS.runningText,
      stdout: ANSWERS.runningText.stdout.replace(/^pid=.*$/m, `pid=${pod.pid}`),
    };
  }

  async #remove(podId: string): Promise<RecordedCommand> {
    const state = this.pods.get(podId) ?? (await this.#half(podId));
    if (state === undefined) return ofPod(ANSWERS.rmGone, podId);
    if (state === 'running') return ofPod(ANSWERS.rmRunning, podId);
    this.#pods.delete(podId);
    for (const phase of ['prepare', 'prepared', 'run'])
      await rm(join(this.dir, 'pods', phase, podId), { recursive: true, force: true });
    return ofPod(ANSWERS.rm, podId);
  }

  async #half(podId: string): Promise<'aborted' | undefined> {
    const halves = await readdir(join(this.dir, 'pods', 'prepare')).catch((): string[] => []);
    return halves.includes(podId) ? 'aborted' : undefined;
  }
}

/** A recording, reported of another pod than the one that it was recorded with. */
function ofPod(recorded: RecordedCommand, podId: string): RecordedCommand {
  const of = (text: string): string => text.replaceAll(new RegExp(UUID, 'g'), podId);
  return { ...recorded, stdout: of(recorded.stdout), stderr: of(recorded.stderr) };
}

function stateOf({ pid }: RecordedPod): PodState {
  if (pid === undefined) return 'prepared';
  const info = parseProcessStat(readKernelFile(`/proc/${pid}/stat`) ?? '');
  return info === undefined || isDead(info) ? 'exited' : 'running';
}

function podJson(podId: string, pod: RecordedPod): string {
  const { annotations } = pod;
  const recorded = JSON.parse(ofPod(ANSWERS[stateOf(pod)], podId).stdout) as {
    readonly apps: readonly object[];
  };
  return JSON.stringify({
    ...recorded,
    apps: recorded.apps.map((app) => ({ ...app, user_annotations: annotations })),
  });
}

function annotationsOf(words: readonly string[]): Readonly<Record<string, string>> {
  const flag = /^--user-annotation=([^=]+)=(.*)$/s;
  return Object.fromEntries(
    words.flatMap((word) => {
      const [, name, value = ''] = flag.exec(word) ?? [];
      return name === undefined ? [] : [[name, value]];
    }),
  );
}

function wrapped(runner: RktRunner, args: readonly string[], options: CallOptions): readonly string[] {
  return commandLine(runner, args, options).argv;
}
