import type { Command } from 'commander';

import type { AuditFinding, AuditReport } from '../model/audit.ts';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.ts';
import { withExamples } from './help-examples.ts';
import type { Colour, Paint } from './cli-output.ts';
import { table, type Column } from './text-table.ts';
import type { Session } from './command-session.ts';
import { withBareDriver } from './with-driver.ts';

interface AuditFlags {
  readonly fix?: boolean;
}

/** `rkt-streams audit`: finds leftovers that belong to no task. */
export function auditCommand(program: Command): void {
  const command = program
    .command('audit')
    .description(
      'Finds pods, processes, cgroups, mounts and files that were created by starts of this data directory and belong ' +
        'to none of its tasks. Changes nothing without --fix. Exits with 1 when it finds leftovers, or when something ' +
        'could not be checked.',
    )
    .option('--fix', 'remove the leftovers; exits with 0 when all were removed')
    .action((flags: AuditFlags, self: Command) =>
      withBareDriver(self, (session) => auditDirectory(session, flags)),
    );
  withExamples(command, [
    ['audit', 'List the leftovers'],
    ['audit --fix', 'Remove them'],
    ['audit --json | jq -r .what', 'Print the paths and ids for a script'],
  ]);
}

async function auditDirectory({ driver, output }: Session, { fix = false }: AuditFlags): Promise<number> {
  const report = await driver.audit({ fix });
  if (output.isJson) report.findings.forEach((finding) => output.print(finding, () => ''));
  else output.print({}, () => auditText(report, output.paint));
  report.unchecked.forEach(({ what, reason }) =>
    output.warn(`${what} could not be checked: ${reason}`, { what }),
  );
  const isClean = report.findings.every(({ outcome }) => outcome === 'removed');
  return isClean && report.unchecked.length === 0 ? EXIT_OK : EXIT_FAILURE;
}

const OUTCOME_COLOURS: Readonly<Record<AuditFinding['outcome'], Colour>> = {
  found: 'yellow',
  removed: 'green',
  left: 'red',
};

/** One finding a line. */
export function auditText({ findings, unchecked }: AuditReport, paint: Paint): string {
  if (findings.length === 0) return unchecked.length === 0 ? 'No leftovers found.' : '';
  const columns: readonly Column<AuditFinding>[] = [
    { title: 'KIND', value: ({ kind }) => kind },
    {
      title: 'OUTCOME',
      value: ({ outcome }) => outcome,
      colour: (cell, { outcome }) => paint(OUTCOME_COLOURS[outcome], cell),
    },
    { title: 'WHAT', value: ({ what }) => what },
    { title: 'WHY', value: ({ why, error }) => (error === undefined ? why : `${why}; left: ${error}`) },
  ];
  return table(findings, columns, paint);
}
