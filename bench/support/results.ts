import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';

import { format } from 'prettier';

import type { Machine } from './machine.ts';
import type { BenchOptions, Row } from './benchmark.ts';

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

/** Keeps the last answer to a benchmark. */
export async function saveAnswer(answer: Answer): Promise<void> {
  mkdirSync(DIRECTORY, { recursive: true });
  const text = await format(JSON.stringify(answer), { parser: 'json', printWidth: 110 });
  writeFileSync(new URL(`${answer.name}.json`, DIRECTORY), text);
}

/** All answers that were kept, by the name of their benchmark. */
export function savedAnswers(): ReadonlyMap<string, Answer> {
  const files = readdirSync(DIRECTORY).filter((file) => file.endsWith('.json'));
  const answers = files.map((file) => JSON.parse(readFileSync(new URL(file, DIRECTORY), 'utf8')) as Answer);
  return new Map(answers.map((answer) => [answer.name, answer]));
}
