import { Option, type Command } from 'commander';

import { RktError, isRktError } from '../model/rkt-error.ts';
import type { OutputStream } from '../model/task-log.ts';
import { findTaskIds } from './find-task.ts';
import { withExamples } from './help-examples.ts';
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
      const { followOthers, withDriverUntilSignal } = await import('./with-driver.ts');
      return withDriverUntilSignal(self, (session) => {
        followOthers(session);
        return logs(session, id, flags);
      });
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

async function logs(session: OpsSession, wanted: string, flags: LogsFlags): Promise<undefined> {
  const { driver } = session;
  const [id = wanted] = await findTaskIds(session, [wanted]);
  const sinks = {
    stdout: sinkOf(session, id, 'stdout', flags),
    stderr: sinkOf(session, id, 'stderr', flags),
  };
  const { follow = false, stream, lines = Number.POSITIVE_INFINITY, tail = lines } = flags;
  try {
    await driver.readTaskLog(id, {
      write: ({ stream: name, bytes }) => sinks[name].write(Buffer.from(bytes)),
      follow,
      streams: stream === undefined ? ['stdout', 'stderr'] : [stream],
      ...(tail !== Number.POSITIVE_INFINITY && { tailLines: tail }),
    });
  } catch (error) {
    // An interrupt ends it as the end of the task does.
    if (!isRktError(error, 'RKT_ERR_SHUTDOWN')) throw error;
  }
  await Promise.all([sinks.stdout.end(), sinks.stderr.end()]);
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
