import { cpus, release } from 'node:os';

import { exitLatency } from './exit-latency.bench.ts';
import { keepsBar, type Question, type Row } from './support/question.ts';

/** `npm run bench [-- name …] [--json]`: answers the questions in turn, and prints medians with their bars. */
const QUESTIONS: readonly Question[] = [exitLatency];

const args = process.argv.slice(2);
const asJson = args.includes('--json');
const names = args.filter((arg) => !arg.startsWith('--'));
const chosen = QUESTIONS.filter(({ name }) => names.length === 0 || names.includes(name));

if (!asJson) console.log(`${cpus()[0]?.model ?? 'unknown CPU'}, Linux ${release()}, Node ${process.version}`);
for (const question of chosen) {
  const rows = await question.run();
  if (asJson) console.log(JSON.stringify({ name: question.name, asks: question.asks, rows }));
  else print(question, rows);
}

function print({ name, asks }: Question, rows: readonly Row[]): void {
  console.log(`\n${name}: ${asks}`);
  for (const row of rows) {
    const { what, median, unit, peer, ratio, bar } = row;
    const compared = peer === undefined ? '' : `${(ratio ?? NaN).toFixed(2)} × ${peer}`;
    const kept = bar === undefined ? '' : `bar ${bar}${keepsBar(row) === true ? '' : ', missed'}`;
    console.log(
      `  ${what.padEnd(36)} ${median.toPrecision(3).padStart(9)} ${unit.padEnd(4)} ${compared.padEnd(28)} ${kept}`,
    );
  }
}
