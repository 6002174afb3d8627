import { readFileSync } from 'node:fs';

import { expect } from 'chai';

const HOSTS = 500;
const TASKS = 100;
const SECONDS = 15;
const DAYS = 15;

interface Answer {
  readonly rows: readonly { readonly what: string; readonly median: number }[];
}

function rowOf(bench: string, what: RegExp): Answer['rows'][number] {
  const { rows } = JSON.parse(readFileSync(`bench/results/${bench}.json`, 'utf8')) as Answer;
  const row = rows.find((each) => what.test(each.what));
  if (row === undefined) throw new Error(`bench/results/${bench}.json has no row ${String(what)}`);
  return row;
}

describe('docs/scale.md', () => {
  it('has the numbers that follow from what was measured', () => {
    const page = readFileSync('docs/scale.md', 'utf8');
    const measured = Number(/(\d+) series/.exec(rowOf('metrics-text', /a scrape after a sample/).what)?.[1]);
    const series = Math.round(measured / 1_000);
    const all = series * TASKS * HOSTS;
    const samples = (all / SECONDS) * 86_400 * DAYS;
    const cpuUs = rowOf('agent', /^a tenth busy, all default groups$/).median;
    const { median: mib } = rowOf('agent', /^a tenth busy, all default groups: memory$/);
    const text = (value: number): string => Math.round(value).toLocaleString('en');
    for (const wanted of [
      `${text(measured)} series of 1,000 tasks`,
      `| ${series} `,
      `| ${text(series * TASKS)} `,
      `| ${text(all)} `,
      `| ${text(all / SECONDS)} a second`,
      `| ${text(samples / 1e9)} billion`,
      `${text(samples / 1e9)} to ${text((2 * samples) / 1e9)} GB`,
    ])
      expect(page).to.contain(wanted);
    // Another run on the same machine is not the same to the last digit.
    for (const [form, value] of [
      [/\| ([\d.]+) % of a core/, (cpuUs * TASKS) / 1e4],
      [/([\d.]+) µs a task and second/, cpuUs],
      [/\| ([\d.]+) MiB/, mib],
    ] as const)
      expect(Number(form.exec(page)?.[1])).to.be.within(value / 1.5, value * 1.5);
  });
});
