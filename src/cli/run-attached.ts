import { lastValueFrom } from 'rxjs';

import { followFile } from '../files/follow-file.ts';
import type { ExitResult } from '../model/exit-result.ts';
import { exitText } from '../model/exit-text.ts';
import { reasonOf } from '../model/reason-of.ts';
import type { OwnSession } from './command-session.ts';
import { jsonSink, plainSink, type OutputSink } from './task-output.ts';

/** How a command that waits for its task stops it. */
interface AttachedFlags {
  readonly stopTimeout?: number;
}

/** Waits for a running task until it has exited and all of its output was printed. */
export async function attached(session: OwnSession, id: string, flags: AttachedFlags): Promise<ExitResult> {
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
function stopAtSignals(session: OwnSession, id: string, { stopTimeout }: AttachedFlags): () => void {
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
      ...(signal !== 'SIGPIPE' && { signal }),
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

/** Reports what failed beside the command. */
export function warn({ output }: OwnSession, what: string): (error: unknown) => void {
  return (error) => output.warn(`${what}: ${reasonOf(error)}`);
}
