import type { Command } from 'commander';
import { lastValueFrom, map, merge, tap, toArray } from 'rxjs';

import type { ExitResult } from '../model/exit-result.ts';
import { printable } from '../model/printable.ts';
import { EXIT_OK, exitCodeOfTask } from './exit-codes.ts';
import { findTaskIds } from './find-task.ts';
import { withExamples } from './help-examples.ts';
import { exitText } from '../model/exit-text.ts';
import type { Session } from './command-session.ts';
import { followOthers, withDriverUntilSignal } from './with-driver.ts';

interface Ended {
  readonly id: string;
  readonly exit: ExitResult;
}

/** `rkt-streams wait ID…`: until the tasks have ended. */
export function waitCommand(program: Command): void {
  const command = program
    .command('wait')
    .description(
      'Waits until all of the tasks have exited and prints how, one a line. Exits with the exit code of the task; with ' +
        'several tasks, with the first code that is not 0, in the order of the arguments.',
    )
    .argument('<id...>', 'ids or names of tasks, or unique prefixes')
    .action((ids: string[], _flags: object, self: Command) =>
      withDriverUntilSignal(self, (session) => wait(session, ids)),
    );
  withExamples(command, [
    ['wait job && echo done', 'Continue when a task has succeeded'],
    ['wait a b c --json', 'The exits of three tasks as JSON'],
  ]);
}

async function wait(session: Session, wanted: readonly string[]): Promise<number> {
  const { driver, output } = session;
  const ids = await findTaskIds(session, wanted);
  followOthers(session);
  const waits = ids.map((id) => driver.waitTask(id).pipe(map((exit): Ended => ({ id, exit }))));
  const all$ = merge(...waits).pipe(
    tap(({ id, exit }) => output.print({ id, ...exit }, () => `${printable(id)}  ${exitText(exit)}`)),
    toArray(),
  );
  const ends = await lastValueFrom(all$);
  const codes = ids.map((id) => ends.filter((end) => end.id === id).map(({ exit }) => exitCodeOfTask(exit)));
  return codes.flat().find((code) => code !== 0) ?? EXIT_OK;
}
