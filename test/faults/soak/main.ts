import { parseArgs } from 'node:util';

import { runSoak, TARGETS, type SoakResult, type TargetName } from './run-soak.ts';
import { isSound, soakTable } from './table.ts';

const USAGE = `Usage: npm run soak -- [--minutes N] [--kills N] [--seed S] [--target library|agent|plugin|all]

Runs tasks while driver, agent, plugin, shims, rkt commands and apps are killed at random, and compares
what was reported of their ends with what the apps wrote down. The minutes and kills are shared by the
targets, one after the other. Needs root. Exits with 1 when something was lost, invented, doubled or leaked.`;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '3' },
      kills: { type: 'string', default: '300' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      target: { type: 'string', default: 'all' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const targets = targetsOf(values.target);
  const shares = targets.length;
  const durationMs = (numberOf('minutes', values.minutes) * 60_000) / shares;
  const kills = Math.ceil(numberOf('kills', values.kills) / shares);
  const seed = numberOf('seed', values.seed);
  const results: SoakResult[] = [];
  for (const target of targets) results.push(await runSoak({ target, durationMs, kills, seed }));
  console.log(soakTable(results));
  return results.every(isSound) ? 0 : 1;
}

function targetsOf(name: string): readonly TargetName[] {
  const names = Object.keys(TARGETS) as TargetName[];
  const chosen = name === 'all' ? names : names.filter((one) => one === name);
  if (chosen.length === 0) throw new Error(`--target ${name} is none of ${names.join(', ')}, all`);
  return chosen;
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0 && text !== '') return value;
  throw new Error(`--${option} ${text} is no number of 0 or more`);
}
