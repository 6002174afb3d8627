import type { Command } from 'commander';
import { lastValueFrom, take, tap } from 'rxjs';

import type { Fingerprint } from '../model/fingerprint.ts';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.ts';
import { withExamples } from './help-examples.ts';
import { clock } from './humanize.ts';
import type { Paint } from './cli-output.ts';
import { pairs, type Pair } from './text-table.ts';
import type { Session } from './command-session.ts';
import { withDriverUntilSignal } from './with-driver.ts';

interface FingerprintFlags {
  readonly watch?: boolean;
}

/** `rkt-streams fingerprint`: whether pods can run here, and with which rkt. */
export function fingerprintCommand(program: Command): void {
  const command = program
    .command('fingerprint')
    .description(
      'Checks whether pods can run on this machine, and with which rkt. Exits with 1 when they cannot.',
    )
    .option('-w, --watch', 'repeat every --fingerprint-period-ms until interrupted')
    .action((flags: FingerprintFlags, self: Command) =>
      withDriverUntilSignal(self, (session) => fingerprint(session, flags)),
    );
  withExamples(command, [
    ['fingerprint', 'Check once'],
    ['fingerprint --watch --fingerprint-period-ms 5000 --json', 'Check every 5 s, for monitoring'],
  ]);
}

async function fingerprint(
  { driver, output, interrupt }: Session,
  { watch = false }: FingerprintFlags,
): Promise<number> {
  const printed$ = driver.fingerprint().pipe(
    take(watch ? Number.POSITIVE_INFINITY : 1),
    tap((value) => output.print(value, () => fingerprintText(value, output.paint, watch))),
  );
  const last = await lastValueFrom(printed$, { defaultValue: undefined });
  return last?.health === 'healthy' || interrupt.received() !== undefined ? EXIT_OK : EXIT_FAILURE;
}

/** Health and attributes, one per line, with a time above them when more will follow. */
export function fingerprintText(value: Fingerprint, paint: Paint, withTime: boolean): string {
  const { health, description, attributes, timeMs } = value;
  const colour = health === 'healthy' ? 'green' : 'red';
  const facts = Object.entries(attributes).map(([key, fact]) => [key, String(fact)] as const);
  const time: readonly Pair[] = withTime ? [['time', clock(timeMs)]] : [];
  const more: readonly Pair[] = health === 'healthy' ? [] : [['description', description]];
  return pairs([...time, ['health', health, colour], ...more, ...facts], paint);
}
