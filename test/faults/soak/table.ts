import type { Death, SoakResult } from './run-soak.ts';
import type { Fault } from './verdict.ts';

const COLUMNS = [
  'target',
  'sessions',
  'lives',
  'kills',
  'ended',
  'undone',
  'refused',
  'unknown',
  'to gc',
  'lost',
  'invented',
  'doubled',
  'leaked',
];

/** One line for each target; below it everything that should not be. */
export function soakTable(results: readonly SoakResult[]): string {
  const rows = [COLUMNS, ...results.map(rowOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...results.flatMap(detailsOf)].join('\n');
}

/** True when nothing was lost, invented, doubled or leaked. */
export function isSound({ findings, leaked }: SoakResult): boolean {
  return findings.length === 0 && leaked.length === 0;
}

function rowOf({
  target,
  sessions,
  lives,
  kills,
  unknown,
  garbage,
  findings,
  leaked,
}: SoakResult): readonly string[] {
  const outcomes = (outcome: string): number => lives.filter((life) => life.outcome === outcome).length;
  const faults = (fault: Fault): number => findings.filter((finding) => finding.fault === fault).length;
  const all = [...kills.values()].reduce((sum, count) => sum + count, 0);
  const counts = [
    ...[sessions, lives.length, all, outcomes('started'), outcomes('undone'), outcomes('refused')],
    ...[unknown, garbage],
    ...[faults('lost'), faults('invented'), faults('doubled'), leaked.length],
  ];
  return [target, ...counts.map(String)];
}

function detailsOf(result: SoakResult): readonly string[] {
  const { target, seed, kills, deaths, findings, leaked } = result;
  const killed = [...kills].map(([kind, count]) => `${count} ${kind}`).join(', ');
  return [
    `${target}: seed ${seed}, killed ${killed || 'nothing'}`,
    ...findings.map(({ fault, taskId, what }) => `  ${fault} ${taskId}: ${what}`),
    ...leaked.map((what) => `  leaked ${what}`),
    ...(isSound(result) ? [] : deaths.map(deathLine)),
  ];
}

/** What explains a finding: which processes were killed, in their order. */
function deathLine({ kind, taskId, command, atMs }: Death): string {
  const words = command.replaceAll(/\s+/g, ' ').slice(0, 200);
  return `  at ${Math.round(atMs)} ms killed ${kind} of ${taskId ?? 'no task'}: ${words}`;
}
