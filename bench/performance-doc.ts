import { readFileSync, writeFileSync } from 'node:fs';

import { format } from 'prettier';

import { BENCHMARKS } from './benchmarks.ts';
import { machineText } from './support/machine.ts';
import { judged, thresholdText, value, ratioText } from './support/print.ts';
import type { Row } from './support/benchmark.ts';
import { savedAnswers, type Answer } from './support/results.ts';

/** Puts the saved results into docs/performance.md, between two marks; the rest of the page is written by hand. */
const PAGE = new URL('../docs/performance.md', import.meta.url);
const BEGIN = '<!-- measured: written by npm run bench:doc -->';
const END = '<!-- end of measured -->';

const page = readFileSync(PAGE, 'utf8');
const begin = page.indexOf(BEGIN);
const end = page.indexOf(END);
if (begin < 0 || end < begin)
  throw new Error(`docs/performance.md has no place for results: ${BEGIN} … ${END}`);
const saved = savedAnswers();
const answers = BENCHMARKS.flatMap(({ name }) => saved.get(name) ?? []);
const measured = [thresholdsText(answers), ...answers.map(answerText)].join('\n\n');
const text = `${page.slice(0, begin)}${BEGIN}\n\n${measured}\n\n${page.slice(end)}`;
writeFileSync(PAGE, await format(text, { parser: 'markdown', printWidth: 110 }));

/** Every threshold in one table; the reasons for those that are missed are written by hand. */
function thresholdsText(all: readonly Answer[]): string {
  const lines = judged(all);
  const met = lines.filter(({ result }) => result === 'met').length;
  const cells = lines.map(({ name, what, threshold, measured, result }) => [
    `\`${name}\``,
    what,
    threshold,
    measured,
    result === 'met' ? result : `**${result}**`,
  ]);
  const heading = ['Benchmark', 'What', 'Threshold', 'Measured', 'Result'];
  const table = [heading, heading.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |`);
  return `${met} of ${lines.length} thresholds are met. The reasons for those that are missed are below.\n\n${table.join('\n')}`;
}

function answerText({ name, asks, measuredAt, machine, rows }: Answer): string {
  const heading = ['What', 'Median', 'Range', 'Against', 'Threshold'];
  const cells = rows.map((row) => [
    row.what,
    `${value(row.median)} ${row.unit}`,
    rangeText(row),
    ratioText(row),
    thresholdText(row),
  ]);
  const table = [heading, heading.map(() => '---'), ...cells]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n');
  const where = `${measuredAt.slice(0, 16).replace('T', ' ')} UTC: ${machineText(machine)}.`;
  return `### \`${name}\`\n\n${asks}\n\n${table}\n\n${where}`;
}

function rangeText({ range }: Row): string {
  return range === undefined ? '' : `${value(range[0])}–${value(range[1])}`;
}
