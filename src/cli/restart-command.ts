import type { Command } from 'commander';

import { agentKnows } from './agent-client/agent-knows.ts';
import { eachTask } from './each-task.ts';
import { durationMs, signal } from './flag-values.ts';
import { withExamples } from './help-examples.ts';
import { restartTask } from './restart-task.ts';
import { agentSocketOf, withOwnDriver } from './with-driver.ts';

interface RestartFlags {
  readonly timeout?: number;
  readonly signal?: NodeJS.Signals;
}

/** `rkt-streams restart ID…`: stops tasks, and starts them again as they were started. */
export function restartCommand(program: Command): void {
  const command = program
    .command('restart')
    .description(
      'Stops tasks that run, and starts them and those that have exited again with the same specification. The pod is a new one, ' +
        'and the log begins anew. A task whose start fails is gone, with the reason.',
    )
    .argument('<id...>', 'ids or names of tasks, or unique prefixes')
    .option(
      '-t, --timeout <duration>',
      'time from the signal to SIGKILL, in seconds; 500ms works too (default: 5)',
      durationMs('s'),
    )
    .option('-s, --signal <signal>', 'name or number (default: SIGINT)', signal)
    .action((ids: string[], { timeout, signal: name }: RestartFlags, self: Command) =>
      withOwnDriver(self, (session) =>
        eachTask(session, ids, async (id) => {
          const { driver, settings, logger } = session;
          await restartTask(driver, id, {
            ...(timeout !== undefined && { timeoutMs: timeout }),
            ...(name !== undefined && { signal: name }),
          });
          if (settings.agent) await agentKnows(agentSocketOf(settings), id, logger);
        }),
      ),
    );
  withExamples(command, [
    ['restart web', 'Send SIGINT, SIGKILL after 5 s, and start it again'],
    ['restart -t 0 web worker', 'Kill two tasks and start them again'],
  ]);
}
