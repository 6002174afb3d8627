import type { Command } from 'commander';

import { RktError } from '../model/rkt-error.ts';
import { withExamples } from './help-examples.ts';
import { mayColour } from './cli-output.ts';
import { durationMs } from './flag-values.ts';
import { untilSignal, type Session } from './command-session.ts';
import { addReplayOptions } from './replay-options.ts';
import { followOthers, settingsOf, withReplay } from './with-driver.ts';

interface TopFlags {
  readonly interval: number;
  readonly all?: boolean;
}

/** `rkt-streams top`: all tasks in a full-screen view, with keys. */
export function topCommand(program: Command): void {
  const command = program
    .command('top')
    .description(
      'Shows the tasks and their resource usage in a full-screen view. Keys: s sort, r reverse, f filter, a all, ' +
        'o one task, l its output, x stop, S signal, e shell, h help, q quit.',
    )
    .option('-i, --interval <duration>', 'sampling interval, in ms; 2s works too', durationMs('ms'), 1_000)
    .option('-a, --all', 'include tasks that have exited')
    .action(async (flags: TopFlags, self: Command) => {
      checkTerminal(self);
      await withReplay(
        self,
        untilSignal((session) => top(session, flags)),
        { end: 'hold', reconnect: true },
      );
    });
  withExamples(addReplayOptions(command), [
    ['top', 'All tasks that run'],
    ['top --replay incident.rec --speed 60', 'Play a recording, an hour in a minute'],
    ['top --all --interval 5s', 'Exited tasks too, sampled every 5 s'],
  ]);
}

function checkTerminal(command: Command): void {
  const { json } = settingsOf(command);
  if (json) throw new RktError('RKT_ERR_OPTIONS', 'top cannot print JSON; use stats --json');
  if (process.stdin.isTTY && process.stdout.isTTY) return;
  throw new RktError(
    'RKT_ERR_OPTIONS',
    'top needs a terminal as input and output; use stats or ps without one',
  );
}

async function top(session: Session, { interval, all = false }: TopFlags): Promise<undefined> {
  followOthers(session);
  // Ink does not draw, or draws without colours, if these variables say that the output is not watched; here it is.
  delete process.env['CI'];
  delete process.env['CONTINUOUS_INTEGRATION'];
  const { runTop } = await import('./top/run-top.ts');
  await runTop(session.driver, {
    intervalMs: interval,
    isAll: all,
    hasColours: mayColour(true),
    nowMs: session.nowMs,
  });
  return undefined;
}
