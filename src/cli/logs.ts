import { stat } from 'node:fs/promises';

import { Option, type Command } from 'commander';
import { lastValueFrom } from 'rxjs';

import { RktError } from '../model/errors.ts';
import { reasonOf } from '../model/reason-of.ts';
import type { TaskStatus } from '../model/task-status.ts';
import { followFile } from '../server/logs/follow-file.ts';
import { findTaskIds } from './find-task.ts';
import { withExamples } from './help.ts';
import { tailOffset } from './tail-offset.ts';
import { jsonSink, plainSink, type OutputSink } from './task-output.ts';
import { count } from './values.ts';
import { followOthers, withDriverUntilSignal, type Session } from './with-driver.ts';

type StreamName = 'stdout' | 'stderr';

interface LogsFlags {
  readonly follow?: boolean;
  readonly lines?: number;
  readonly stream?: StreamName;
}

/** `rkt-streams logs ID`: what a task has written. */
export function logsCommand(program: Command): void {
  const command = program
    .command('logs')
    .summary('print what a task has written')
    .description(
      'Prints what a task has written: its standard output on standard output, its standard error on standard error.',
    )
    .argument('<id>', 'id or name of a task, or the beginning of one')
    .option('-f, --follow', 'go on with what it writes, until it has ended')
    .option('-n, --lines <n>', 'begin with the last lines of each stream', count)
    .addOption(new Option('--stream <name>', 'only this one').choices(['stdout', 'stderr']))
    .action((id: string, flags: LogsFlags, self: Command) =>
      withDriverUntilSignal(self, (session) => logs(session, id, flags)),
    );
  withExamples(command, [
    ['logs web', 'All of it'],
    ['logs -f -n 20 web', 'The last lines, and what comes'],
    ['logs --stream stderr web 2>&1 | grep -i error', 'What a task complains about'],
  ]);
}

async function logs(session: Session, wanted: string, flags: LogsFlags): Promise<undefined> {
  const { driver } = session;
  const [id = wanted] = await findTaskIds(driver, [wanted]);
  const status = driver.inspectTask(id);
  const names: readonly StreamName[] = flags.stream === undefined ? ['stdout', 'stderr'] : [flags.stream];
  const files = await Promise.all(names.map(async (name) => ({ name, path: await pathOf(status, name) })));
  const ended = new AbortController();
  // Whoever waits for the end of the task ends the reading, whatever came of it.
  const wait = flags.follow === true ? endOf(session, id) : Promise.resolve();
  const waited = wait.finally(() => ended.abort());
  const printed = files.map(async ({ name, path }) => {
    const sink = sinkOf(session, id, name);
    const from = flags.lines === undefined ? 0 : await tailOffset(path, flags.lines);
    await followFile(path, (chunk) => sink.write(chunk), ended.signal, from);
    await sink.end();
  });
  await Promise.all([waited, ...printed]);
  return undefined;
}

/** Resolves when the task has ended, or an interrupt has come. */
async function endOf(session: Session, id: string): Promise<void> {
  followOthers(session);
  await lastValueFrom(session.driver.waitTask(id), { defaultValue: undefined });
}

/** @throws RKT_ERR_LOGS when there is nothing that could be read */
async function pathOf({ id, stdoutPath, stderrPath }: TaskStatus, name: StreamName): Promise<string> {
  const path = name === 'stdout' ? stdoutPath : stderrPath;
  if (path === undefined) throw new RktError('RKT_ERR_LOGS', `The ${name} of task "${id}" is not known`);
  const { isFile } = await stat(path).then(
    (found) => ({ isFile: found.isFile() }),
    (cause: unknown) => {
      throw new RktError('RKT_ERR_LOGS', `The ${name} of task "${id}" cannot be read: ${reasonOf(cause)}`, {
        cause,
      });
    },
  );
  if (isFile) return path;
  throw new RktError('RKT_ERR_LOGS', `The ${name} of task "${id}" goes into ${path}, which is no file`);
}

function sinkOf({ output }: Session, id: string, name: StreamName): OutputSink {
  return output.isJson ? jsonSink(process.stdout, id, name) : plainSink(process[name]);
}
