import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Command } from 'commander';

import { FIELD_GROUPS, DEFAULT_FIELD_GROUPS, type FieldGroup } from '../model/field-groups.ts';
import { RktError } from '../model/rkt-error.ts';
import type { Recording } from '../drivers/recorded/index.ts';
import type { Session } from './command-session.ts';
import { findTaskIds } from './find-task.ts';
import { collect, collectList, count, durationMs, sizeBytes } from './flag-values.ts';
import { withExamples } from './help-examples.ts';
import { bytes } from './humanize.ts';
import { followOthers, withDriverUntilSignal } from './with-driver.ts';

interface RecordFlags {
  readonly output: string;
  readonly interval: number;
  readonly task?: readonly string[];
  readonly groups?: readonly string[];
  readonly for?: number;
  readonly maxSize?: number;
  readonly maxAge?: number;
  readonly keep?: number;
}

/** `rkt-streams record`: everything that can be watched, into a file. */
export function recordCommand(program: Command): void {
  const command = program
    .command('record')
    .description(
      'Records events, tasks, metrics and the machine into a file until interrupted, for top, stats, events, ps and agent ' +
        'with --replay. An existing recording is continued. It contains no environment, no arguments and no output of tasks.',
    )
    .requiredOption('-o, --output <file>', 'the file of the recording')
    .option('-i, --interval <duration>', 'sampling interval, in ms; 2s works too', durationMs('ms'), 5_000)
    .option('--task <id>', 'only this task (repeatable; default: all tasks)', collect)
    .option(
      '--groups <list>',
      `groups of metrics besides the default ones: ${FIELD_GROUPS.join(', ')}`,
      collectList,
    )
    .option('--for <duration>', 'end after this time, in s; 10m works too', durationMs('s'))
    .option('--max-size <size>', 'begin a new file beyond this size (64Mi)', sizeBytes)
    .option(
      '--max-age <duration>',
      'begin a new file after this time, in s; 6h works too (24h)',
      durationMs('s'),
    )
    .option('--keep <n>', 'how many earlier files to keep (7)', count)
    .action((flags: RecordFlags, self: Command) =>
      withDriverUntilSignal(self, (session) => record(session, flags)),
    );
  withExamples(command, [
    ['record -o incident.rec', 'Record all tasks until Ctrl-C'],
    ['record -o web.rec --task web --interval 1s --for 10m', 'Record one task finely'],
    ['top --replay incident.rec --speed 60', 'Play an hour in a minute'],
  ]);
}

async function record(session: Session, flags: RecordFlags): Promise<undefined> {
  const { driver, output, logger, interrupt } = session;
  const groups = groupsOf(flags.groups ?? []);
  const taskIds =
    flags.task === undefined ? {} : { taskIds: new Set(await findTaskIds(session, flags.task)) };
  const { recordDriver } = await import('../drivers/recorded/index.ts');
  const file = resolve(flags.output);
  const recording = await recordDriver(driver, file, {
    ...{ intervalMs: flags.interval, groups, logger, ...taskIds },
    // Rules are evaluated by agents.
    ...(driver.alerts !== undefined && { alerts$: driver.alerts() }),
    ...(flags.maxSize === undefined ? {} : { maxBytes: flags.maxSize }),
    ...(flags.maxAge === undefined ? {} : { maxAgeMs: flags.maxAge }),
    ...(flags.keep === undefined ? {} : { keep: flags.keep }),
  });
  followOthers(session);
  if (output.isTty && !output.isJson) output.print({}, () => `Recording into ${file}; end it with Ctrl-C`);
  await Promise.race([recording.done, endOf(flags, interrupt.signal)]);
  await recording.close();
  report(session, file, recording);
  return undefined;
}

/** Never without `--for`: the first signal shuts the driver down, which ends the recording. */
async function endOf({ for: lengthMs }: RecordFlags, signal: AbortSignal): Promise<void> {
  if (lengthMs === undefined) return new Promise(() => undefined);
  await delay(lengthMs, undefined, { signal }).catch(() => undefined);
}

function report({ output }: Session, file: string, recording: Recording): void {
  const { samples, events, lostBlocks, sizeBytes: size } = recording.stats();
  if (lostBlocks > 0) output.warn(`${lostBlocks} blocks could not be written; see the log`, { lostBlocks });
  output.print(
    { file, samples, events, sizeBytes: size, lostBlocks },
    () => `${file}: ${samples} samples and ${events} events, ${bytes(size)}`,
  );
}

function groupsOf(names: readonly string[]): readonly FieldGroup[] {
  const unknown = names.find((name) => !FIELD_GROUPS.some((group) => group === name));
  if (unknown !== undefined) {
    const known = FIELD_GROUPS.join(', ');
    throw new RktError(
      'RKT_ERR_OPTIONS',
      `--groups: there is no group ${JSON.stringify(unknown)}; there are ${known}`,
    );
  }
  return [...new Set([...DEFAULT_FIELD_GROUPS, ...(names as readonly FieldGroup[])])];
}
