import { Option, type Command } from 'commander';

import { followFile } from '../files/follow-file.ts';
import { RktError } from '../model/rkt-error.ts';
import { logPath, type OutputStream } from '../server/logs/log-file.ts';
import { findTaskIds } from './find-task.ts';
import { withExamples } from './help-examples.ts';
import { tailOffset } from './tail-offset.ts';
import { jsonSink, plainSink, stampedSink, type OutputSink } from './task-output.ts';
import { count } from './flag-values.ts';
import type { OpsSession } from './command-session.ts';
import { withTasks } from './with-tasks.ts';

interface LogsFlags {
  readonly follow?: boolean;
  readonly lines?: number;
  readonly tail?: number;
  readonly timestamps?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly stream?: OutputStream;
}

/** `rkt-streams logs ID`: the output of a task. */
export function logsCommand(program: Command): void {
  const command = program
    .command('logs')
    .description(
      'Prints the output of a task: its standard output to standard output, its standard error to standard error.',
    )
    .argument('<id>', 'id or name of a task, or a unique prefix of either')
    .option('-f, --follow', 'follow the output until the task ends')
    .option('-n, --lines <n>', 'start with the last n lines of each stream; all for all', lineCount)
    .addOption(new Option('--tail <n>', 'as --lines').argParser(lineCount).hideHelp())
    .option('-t, --timestamps', 'with -f: begin each line with the time at which it was read')
    .addOption(new Option('--since <time>').hideHelp())
    .addOption(new Option('--until <time>').hideHelp())
    .addOption(new Option('--stream <name>', 'only this stream').choices(['stdout', 'stderr']))
    .action(async (id: string, flags: LogsFlags, self: Command) => {
      checkFlags(flags);
      if (flags.follow !== true) return withTasks(self, (session) => logs(session, id, flags));
      const [{ withDriverUntilSignal }, { taskEnd }] = await Promise.all([
        import('./with-driver.ts'),
        import('./task-end.ts'),
      ]);
      return withDriverUntilSignal(self, (session) =>
        logs(session, id, flags, (taskId) => taskEnd(session, taskId)),
      );
    });
  withExamples(command, [
    ['logs web', 'The whole output'],
    ['logs -f --tail 20 web', 'The last 20 lines, then new output'],
    ['logs --stream stderr web 2>&1 | grep -i error', 'Search standard error'],
  ]);
}

/** Times are not in a log, so what needs them is refused. @throws RKT_ERR_OPTIONS */
function checkFlags({ follow = false, timestamps = false, since, until }: LogsFlags): void {
  if (since !== undefined || until !== undefined)
    throw new RktError(
      'RKT_ERR_OPTIONS',
      `--${since === undefined ? 'until' : 'since'}: a log has the bytes of the app and no times; use --tail N, or -f for new lines`,
    );
  if (timestamps && !follow)
    throw new RktError(
      'RKT_ERR_OPTIONS',
      '--timestamps: a log has the bytes of the app and no times; with -f each line gets the time at which it is read',
    );
}

/** `all`, or a number of lines. */
function lineCount(text: string): number {
  return text === 'all' || text === '-1' ? Number.POSITIVE_INFINITY : count(text);
}

/** @param endOf waits for the end of the task, while its output is followed; without it the output ends where it is now */
async function logs(
  session: OpsSession,
  wanted: string,
  flags: LogsFlags,
  endOf: (taskId: string) => Promise<void> = () => Promise.resolve(),
): Promise<undefined> {
  const { driver } = session;
  const [id = wanted] = await findTaskIds(session, [wanted]);
  const status = driver.inspectTask(id);
  const names: readonly OutputStream[] = flags.stream === undefined ? ['stdout', 'stderr'] : [flags.stream];
  const files = await Promise.all(names.map(async (name) => ({ name, path: await logPath(status, name) })));
  const ended = new AbortController();
  // However the waiting ends, it ends the reading.
  const waited = endOf(id).finally(() => ended.abort());
  const printed = files.map(async ({ name, path }) => {
    const sink = sinkOf(session, id, name, flags);
    const { lines = Number.POSITIVE_INFINITY, tail = lines } = flags;
    const from = tail === Number.POSITIVE_INFINITY ? 0 : await tailOffset(path, tail);
    await followFile(path, (chunk) => sink.write(chunk), ended.signal, from);
    await sink.end();
  });
  await Promise.all([waited, ...printed]);
  return undefined;
}

function sinkOf(
  { output }: OpsSession,
  id: string,
  name: OutputStream,
  { timestamps = false }: LogsFlags,
): OutputSink {
  if (output.isJson) return jsonSink(process.stdout, id, name);
  return timestamps ? stampedSink(process[name], () => new Date()) : plainSink(process[name]);
}
