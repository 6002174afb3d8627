import type { Command } from 'commander';
import { lastValueFrom } from 'rxjs';

import type { ExitResult } from '../model/exit-result.ts';
import { printable } from '../model/printable.ts';
import { reasonOf } from '../model/reason-of.ts';
import type { TaskSpecInput } from '../model/task-spec.ts';
import { agentKnows } from './agent-client/agent-knows.ts';
import { exitCodeOfSignal, exitCodeOfTask } from './exit-codes.ts';
import { followFile } from '../files/follow-file.ts';
import { exitText } from '../model/exit-text.ts';
import { addRunOptions } from './run-options.ts';
import { runSpec, type RunSpecFlags } from './run-spec.ts';
import { jsonSink, plainSink, type OutputSink } from './task-output.ts';
import type { OwnSession } from './command-session.ts';
import { agentSocketOf, withOwnDriver } from './with-driver.ts';

interface RunFlags extends RunSpecFlags {
  readonly detach?: boolean;
  readonly rm?: boolean;
  readonly stopTimeout?: number;
}

/** `rkt-streams run IMAGE [-- ARGUMENTS…]`: starts a task, and waits for it unless detached. */
export function runCommand(program: Command): void {
  const command = program
    .command('run')
    .description(
      'Runs an image as a task, prints its output and exits with its exit code. An interrupt stops the task. The task ' +
        'keeps running when this command is killed, and with --detach.',
    )
    .argument('<image>', 'image name, path of an .aci, or URL')
    .argument('[arguments...]', 'arguments of the app, after --; they replace those of the image')
    .action((image: string, args: string[], flags: RunFlags, self: Command) => {
      const spec = runSpec(image, args, flags, { cwd: process.cwd(), env: process.env });
      return withOwnDriver(self, (session) => run(session, spec, flags));
    });
  addRunOptions(command);
}

async function run(session: OwnSession, spec: TaskSpecInput, flags: RunFlags): Promise<number | undefined> {
  const { driver, output, interrupt, settings, logger } = session;
  const shutdown = (): void => void driver.shutdown().catch(warn(session, 'The shutdown failed'));
  const stopListening = interrupt.onSignal(shutdown);
  try {
    await driver.startTask(spec);
  } catch (error) {
    // The shutdown rolled the start back.
    const signal = interrupt.received();
    if (signal === undefined) throw error;
    return exitCodeOfSignal(signal);
  } finally {
    stopListening();
  }
  const { id, podId, pid } = driver.inspectTask(spec.id);
  if (flags.detach === true) {
    if (settings.agent) await agentKnows(agentSocketOf(settings), id, logger);
    output.print({ id, podId, pid }, () => printable(id));
    return undefined;
  }
  if (output.isJson) output.print({ id, podId, pid }, () => '');
  const exit = await attached(session, id, flags);
  if (flags.rm === true) await driver.destroyTask(id, { force: true });
  const signal = interrupt.received();
  return signal === undefined ? exitCodeOfTask(exit) : exitCodeOfSignal(signal);
}

/** Waits for a running task until it has exited and all of its output was printed. */
async function attached(session: OwnSession, id: string, flags: RunFlags): Promise<ExitResult> {
  const { driver, output } = session;
  const ended = new AbortController();
  const outputs = Promise.all([
    printOutput(session, id, 'stdout', ended.signal),
    printOutput(session, id, 'stderr', ended.signal),
  ]);
  const stopListening = stopAtSignals(session, id, flags);
  try {
    const exit = await lastValueFrom(driver.waitTask(id));
    ended.abort();
    await outputs;
    if (output.isJson) output.print({ id, exit }, () => '');
    else if (exit.oomKilled || exit.error !== undefined)
      output.warn(`task "${id}" ended: ${exit.error ?? exitText(exit)}`);
    return exit;
  } finally {
    ended.abort();
    stopListening();
  }
}

/** The first signal stops the task, a further one kills it. Returns a function that stops listening. */
function stopAtSignals(session: OwnSession, id: string, { stopTimeout }: RunFlags): () => void {
  const { driver, output, interrupt } = session;
  const stop = (options: Parameters<typeof driver.stopTask>[1]): void =>
    void driver.stopTask(id, options).catch(warn(session, `Task "${id}" could not be stopped`));
  return interrupt.onSignal((signal) => {
    if (interrupt.count() > 1) {
      stop({ timeoutMs: 0 });
      return;
    }
    if (signal === 'SIGINT') output.notice(`stopping task "${id}"; Ctrl-C again to kill it`);
    stop({
      signal: signal === 'SIGPIPE' ? 'SIGTERM' : signal,
      ...(stopTimeout !== undefined && { timeoutMs: stopTimeout }),
    });
  });
}

async function printOutput(
  { driver, output }: OwnSession,
  id: string,
  stream: 'stdout' | 'stderr',
  ended: AbortSignal,
): Promise<void> {
  const { stdoutPath, stderrPath } = driver.inspectTask(id);
  const path = stream === 'stdout' ? stdoutPath : stderrPath;
  if (path === undefined) return;
  const sink: OutputSink = output.isJson ? jsonSink(process.stdout, id, stream) : plainSink(process[stream]);
  await followFile(path, (chunk) => sink.write(chunk), ended);
  await sink.end();
}

function warn({ output }: OwnSession, what: string): (error: unknown) => void {
  return (error) => output.warn(`${what}: ${reasonOf(error)}`);
}
