import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { PHASES } from '../../../src/embedded/pods/phases.ts';
import type { Scenario } from './scenario.ts';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Made by hand under these very names, in the recording and here. */
const BY_HAND = /^(aaaa|eeee)0000/;

/** Which pod of this run plays the part of which recorded one. */
export class UuidCast {
  readonly #recorded: ReadonlySet<string>;
  readonly #parts = new Map<string, string>();
  readonly #seen = new Set<string>();
  /** Pods without a part, in the order of their creation. */
  #free: string[] = [];
  readonly #dataDir: string;

  constructor(scenario: Scenario, dataDir: string) {
    this.#dataDir = dataDir;
    const texts = scenario.steps.map(
      (step) => `${(step.argv ?? []).join(' ')} ${step.stdout ?? ''} ${step.stderr ?? ''}`,
    );
    this.#recorded = new Set(texts.join('\n').match(UUID) ?? []);
  }

  /** Notices new pods; those a step printed get the part its recording names. */
  update(recordedOutput: string, output: string): void {
    for (const uuid of this.#pods()) {
      if (!this.#seen.has(uuid)) this.#free.push(uuid);
      this.#seen.add(uuid);
    }
    const [theirs, ours] = [recordedOutput, output].map((text) => /^[0-9a-f-]{36}$/m.exec(text.trim())?.[0]);
    if (theirs !== undefined && ours !== undefined) this.assign(theirs, ours);
  }

  assign(recorded: string, uuid: string): void {
    this.#parts.set(recorded, uuid);
    this.#free = this.#free.filter((other) => other !== uuid);
  }

  /** Argument of this run for a recorded one: UUIDs and prefixes of them are replaced. */
  translate(argument: string): string {
    const lower = argument.toLowerCase();
    if (BY_HAND.test(lower) || !/^[0-9a-f-]{1,36}$/.test(lower)) return argument;
    const match = [...this.#recorded].find((uuid) => uuid.startsWith(lower));
    if (match === undefined || /^f{4,}$/.test(lower)) return argument;
    const uuid = this.of(match);
    const prefix = uuid.slice(0, Math.max(argument.length, 8));
    return argument === lower ? prefix : prefix.toUpperCase();
  }

  /** The pod that plays a recorded one: the one made last, if it has no part yet. */
  of(recorded: string): string {
    const known = this.#parts.get(recorded);
    if (known !== undefined) return known;
    const uuid = this.#free.at(-1) ?? recorded;
    this.assign(recorded, uuid);
    return uuid;
  }

  #pods(): readonly string[] {
    return PHASES.map((phase) => join(this.#dataDir, 'pods', phase))
      .filter((dir) => existsSync(dir))
      .flatMap((dir) => readdirSync(dir))
      .filter((name) => new RegExp(UUID).test(name) && !BY_HAND.test(name));
  }
}
