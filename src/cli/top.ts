import type { Command } from 'commander';

import { RktError } from '../model/errors.ts';
import { withExamples } from './help.ts';
import { mayColour } from './output.ts';
import { durationMs } from './values.ts';
import { followOthers, settingsOf, withDriverUntilSignal, type Session } from './with-driver.ts';

interface TopFlags {
  readonly interval: number;
  readonly all?: boolean;
}

/** `rkt-streams top`: the tasks on the whole terminal, with keys. */
export function topCommand(program: Command): void {
  const command = program
    .command('top')
    .summary('watch the tasks on the whole terminal')
    .description(
      'Shows the tasks with what they use on the whole terminal. Keys: s sort, r reverse, f filter, a all, o one task, ' +
        'l its output, h help, q quit.',
    )
    .option(
      '-i, --interval <duration>',
      'time between two samples, in ms; 2s works too',
      durationMs('ms'),
      1_000,
    )
    .option('-a, --all', 'begin with tasks that have exited as well')
    .action(async (flags: TopFlags, self: Command) => {
      checkTerminal(self);
      await withDriverUntilSignal(self, (session) => top(session, flags));
    });
  withExamples(command, [
    ['top', 'All tasks that run'],
    ['top --all --interval 5s', 'Those that have exited as well, measured every 5 s'],
  ]);
}

function checkTerminal(command: Command): void {
  const { json } = settingsOf(command);
  if (json) throw new RktError('RKT_ERR_OPTIONS', 'top has nothing to print as JSON; stats --json has');
  if (process.stdin.isTTY && process.stdout.isTTY) return;
  throw new RktError('RKT_ERR_OPTIONS', 'top needs a terminal for its input and output; stats and ps do not');
}

async function top(session: Session, { interval, all = false }: TopFlags): Promise<undefined> {
  followOthers(session);
  // Ink draws nothing, and without colours, where these variables say that nobody looks; here somebody does.
  delete process.env['CI'];
  delete process.env['CONTINUOUS_INTEGRATION'];
  const { runTop } = await import('./top/run-top.ts');
  await runTop(session.driver, { intervalMs: interval, isAll: all, hasColours: mayColour() });
  return undefined;
}
