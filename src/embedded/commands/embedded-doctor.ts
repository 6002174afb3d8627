import type { Command } from '../command-line/command-shape.ts';
import { formatFlag } from '../command-line/global-flags.ts';
import { formatJson } from '../command-line/text.ts';
import { machineChecks } from '../machine/machine-checks.ts';
import { machineReport, reportText } from '../machine/machine-report.ts';

/** Not of rkt: `rkt-streams doctor` and the driver's fingerprint call it. */
export const command: Command = {
  name: 'doctor',
  summary: 'Print what pods need of this machine, and what works',
  usage: 'doctor [--format=json]',
  flags: [formatFlag],
  run: (ctx, flags) => {
    const report = machineReport(machineChecks(ctx.env));
    const format = flags.string('format');
    ctx.stdout(format === '' ? reportText(report) : `${formatJson(report, format === 'json-pretty')}\n`);
    return Promise.resolve(report.stage1.fly.works ? 0 : 1);
  },
};
