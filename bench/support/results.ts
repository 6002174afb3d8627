import { mkdirSync, writeFileSync } from 'node:fs';

import type { Machine } from './machine.ts';
import type { BenchOptions, Row } from './question.ts';

/** What is kept of one run of one bench. */
export interface Answer {
  readonly name: string;
  readonly asks: string;
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly options: BenchOptions;
  readonly rows: readonly Row[];
}

const DIRECTORY = new URL('../results/', import.meta.url);

/** Keeps the last answer to a question. */
export function saveAnswer(answer: Answer): void {
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(new URL(`${answer.name}.json`, DIRECTORY), `${JSON.stringify(answer, null, 2)}\n`);
}
