import { Option, type Command } from 'commander';

import { createReporter } from './demo/create-reporter.ts';
import type { Reporter } from './demo/reporter.ts';
import { runDemo } from './demo/run-demo.ts';
import { silentLogger, type Logger } from '../model/logger.ts';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.ts';
import { withExamples } from './help-examples.ts';
import { listenForInterrupt } from './interrupt.ts';
import { createLogger } from './log.ts';
import { createOutput } from './cli-output.ts';
import { durationMs } from './flag-values.ts';
import type { Settings } from './settings.ts';
import { settingsOf } from './with-driver.ts';

interface DemoFlags {
  readonly seconds?: number;
  readonly interval: number;
  readonly serve?: boolean;
  readonly record?: string;
  readonly stage1?: string;
}

/** `rkt-streams demo`: pods that behave differently, watched for a while. */
export function demoCommand(program: Command): void {
  const command = program
    .command('demo')
    .description(
      'Builds images from programs of this machine, starts pods that behave differently (one uses a full core, one holds ' +
        'memory, one keeps crashing, …), shows their events and metrics, removes them, and checks that nothing is left: ' +
        'no process, mount, cgroup, pod or file. It uses a separate directory and touches no other task. ' +
        'Exits with 1 when something is left or a pod did not behave as expected.',
    )
    .option('-s, --seconds <n>', 'how long to run (default: until Ctrl-C); 2m works too', durationMs('s'))
    .option('-i, --interval <duration>', 'sampling interval, in ms; 2s works too', durationMs('ms'), 1_000)
    .option('--serve', 'serve the dashboard as well and print its URL')
    .option(
      '--record <file>',
      'record everything into this file, for --replay of top, stats, events, ps and agent',
    )
    .addOption(
      new Option(
        '--stage1 <name>',
        'stage1 of the pods (default: fly); with oci two more pods have networks, where the machine can',
      ).choices(['fly', 'oci']),
    )
    .action((flags: DemoFlags, self: Command) => demo(flags, self));
  withExamples(command, [
    ['demo', 'Run until Ctrl-C'],
    ['demo --seconds 20', 'Run for 20 seconds'],
    ['demo --serve', 'Watch in a browser until Ctrl-C'],
    ['demo --seconds 20 --record demo.rec', 'Record the run; top --replay demo.rec plays it'],
    ['demo --stage1 oci', 'Isolate the pods; two talk over their network, one has a port of the host'],
    ['demo --seconds 20 --json | jq \'select(.type == "summary")\'', 'Print the summary as JSON'],
  ]);
}

async function demo(flags: DemoFlags, command: Command): Promise<void> {
  const { seconds: lengthMs, interval: intervalMs, serve: isServed = false, stage1, record } = flags;
  const settings = settingsOf(command);
  const output = createOutput(settings);
  const reporter = createReporter(output, { nowMs: () => performance.now(), lengthMs });
  const logger = output.isTty ? loggerAbove(reporter, settings) : createLogger(settings);
  const interrupt = listenForInterrupt();
  interrupt.onSignal((signal) => {
    // Every write to a closed pipe causes another SIGPIPE.
    if (interrupt.count() > 1 && signal !== 'SIGPIPE')
      reporter.report({ type: 'note', message: 'Still stopping pods' });
  });
  try {
    const interrupted = interrupt.signal;
    const isFine = await runDemo({
      settings,
      logger,
      reporter,
      intervalMs,
      lengthMs,
      interrupted,
      isServed,
      recordInto: record,
      stage1,
    });
    process.exitCode = isFine ? EXIT_OK : EXIT_FAILURE;
  } finally {
    interrupt.dispose();
  }
}

/** Log lines are printed above the table instead of across it. */
function loggerAbove({ report }: Reporter, settings: Settings): Logger {
  const logger = createLogger(settings);
  if (!process.stderr.isTTY || settings.logLevel !== 'warn') return logger;
  const above = (_fields: object, message: string): void =>
    report({ type: 'note', message: `Warning: ${message}` });
  return { ...silentLogger, warn: above, error: above };
}
