import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { RecordedImages } from '../images.ts';
import { until } from '../until.ts';
import { checkFacts } from './facts.ts';
import { imageId } from './image-ids.ts';
import { HOOKS } from './hooks.ts';
import { mask } from './mask.ts';
import { callInWorker, type ReplayWorker } from './replay-worker.ts';
import { RktProcess, type Outcome } from './rkt-process.ts';
import type { RecordedStep, Scenario } from './scenario.ts';
import { UuidCast } from './uuids.ts';

/** What a step gave beside what was recorded, both masked; undefined where they are equal. */
export interface Difference {
  readonly step: number;
  readonly command: string;
  readonly recorded: unknown;
  readonly ours: unknown;
}

const NOBODY = 65534;

/** One run of a scenario against the embedded rkt, in directories of its own. */
export class Replay {
  readonly scenario: Scenario;
  readonly dir: string;
  readonly dataDir: string;
  readonly workDir: string;
  readonly cast: UuidCast;
  readonly processes = new Map<string, RktProcess>();
  readonly #images: RecordedImages;
  readonly #worker: ReplayWorker | undefined;

  /** With a worker, each command is called in it that can be. */
  constructor(scenario: Scenario, dir: string, images: RecordedImages, worker?: ReplayWorker) {
    this.scenario = scenario;
    this.dir = dir;
    this.dataDir = join(dir, 'data');
    this.workDir = join(dir, 'work');
    this.#images = images;
    this.#worker = worker;
    this.cast = new UuidCast(scenario, this.dataDir);
    mkdirSync(this.workDir);
  }

  /** Replays all steps but the skipped ones; ends with the differences, and with everything it started gone. */
  async run(skip: ReadonlySet<number> = new Set()): Promise<readonly Difference[]> {
    const differences: Difference[] = [];
    try {
      for (const [i, step] of this.scenario.steps.entries()) {
        await HOOKS[this.scenario.name]?.[i]?.(this);
        const difference = skip.has(i) ? undefined : await this.#step(step, i);
        if (difference !== undefined) differences.push(difference);
      }
    } finally {
      await this.end();
    }
    return differences;
  }

  /** Runs one command line of the embedded rkt, with placeholders. */
  call(argv: readonly string[]): Promise<Outcome> {
    return new RktProcess(argv.map((arg) => this.fill(arg))).outcome;
  }

  fill(text: string): string {
    return (
      text
        .replaceAll('${RKT_DIR}', this.dataDir)
        .replaceAll('${WORK}', this.workDir)
        .replaceAll('${IMAGES}', this.#images.imagesDir)
        .replaceAll('${IMAGE}', this.#images.image)
        // The recorded child lived four seconds, which a busy machine may need for what comes next; it is stopped anyway.
        .replace('sleep 4 &', 'sleep 1000 &')
    );
  }

  mask(text: string): string {
    const paths = [
      [this.dataDir, '${RKT_DIR}'],
      [this.workDir, '${WORK}'],
      [this.#images.imagesDir, '${IMAGES}'],
      [this.#images.image, '${IMAGE}'],
    ] as const;
    return mask(text, { paths });
  }

  async #step(step: RecordedStep, i: number): Promise<Difference | undefined> {
    if (step.kind === undefined) return this.#compare(step, i, await this.#outcome(step));
    if (step.kind === 'start') return this.#start(step);
    if (step.kind === 'wait') return this.#compare(step, i, await this.#process(step).outcome);
    if (step.kind === 'signal') process.kill(this.#process(step).pid, step.signal ?? 'SIGTERM');
    if (step.kind === 'file') writeFileSync(this.fill(step.path ?? ''), step.content ?? '');
    const fact = checkFacts(this, step);
    return fact === undefined ? undefined : { step: i, command: step.kind, ...fact };
  }

  #words(step: RecordedStep): readonly string[] {
    const words = (step.argv ?? []).slice(1);
    return words.map((arg) => imageId(this.cast.translate(this.fill(arg)), this.#images));
  }

  async #outcome(step: RecordedStep): Promise<Outcome> {
    const isPlain = typeof step.stdin !== 'string' && step.user === undefined;
    const called =
      isPlain && this.#worker !== undefined
        ? await callInWorker(this.#worker, this.#words(step), step.env)
        : undefined;
    return called ?? this.#command(step).outcome;
  }

  #command(step: RecordedStep): RktProcess {
    return new RktProcess(this.#words(step), {
      ...(typeof step.stdin === 'string' ? { stdin: step.stdin } : {}),
      ...(step.env === undefined ? {} : { env: step.env }),
      ...(step.user === undefined ? {} : { uid: NOBODY }),
    });
  }

  #process(step: RecordedStep): RktProcess {
    const process = this.processes.get(step.id ?? '');
    if (process === undefined) throw new Error(`no process ${String(step.id)}`);
    return process;
  }

  /** Goes on when the app has started; a shell only when it is at its first command. */
  async #start(step: RecordedStep): Promise<undefined> {
    const process = this.#command(step);
    const argv = step.argv ?? [];
    this.processes.set(step.id ?? '', process);
    if (step.id === 'early') {
      await until('the pod is being prepared', () => process.ended || process.hasChildren);
    } else if (
      argv.some((word) => ['run', 'run-prepared', 'enter'].includes(word)) &&
      this.scenario.name !== 'parallel-runs'
    ) {
      const isReady = () => process.isApp && (!argv.includes('/bin/sh') || process.hasChildren);
      await until('the app has started', () => process.ended || isReady());
    }
    this.cast.update('', '');
    return undefined;
  }

  #compare(step: RecordedStep, i: number, outcome: Outcome): Difference | undefined {
    this.cast.update(step.stdout ?? '', outcome.stdout);
    const ours = this.#visible(outcome);
    const recorded = this.#visible({
      exitCode: step.exitCode ?? null,
      signal: step.signal ?? null,
      stdout: step.stdout ?? '',
      stderr: step.stderr ?? '',
    });
    if (JSON.stringify(recorded) === JSON.stringify(ours)) return undefined;
    return { step: i, command: (step.argv ?? [step.id ?? '']).slice(1).join(' '), recorded, ours };
  }

  #visible(outcome: Outcome): unknown {
    const { exitCode, signal, stdout, stderr } = outcome;
    return { exitCode, signal, stdout: this.mask(stdout), stderr: this.mask(stderr) };
  }

  /** Ends what is still running, and waits for it. */
  async end(): Promise<void> {
    for (const running of this.processes.values()) await running.kill();
  }
}
