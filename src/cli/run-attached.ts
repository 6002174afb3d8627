import { lastValueFrom } from 'rxjs';

import type { ExitResult } from '../model/exit-result.ts';
import { exitText } from '../model/exit-text.ts';
import { reasonOf } from '../model/reason-of.ts';
import type { Session } from './command-session.ts';
import { jsonSink, plainSink } from './task-output.ts';

/** How a command that waits for its task stops it. */
interface AttachedFlags {
  readonly stopTimeout?: number;
}

/** Waits for a running task until it has exited and all of its output was printed. */
export async function attached(session: Session, id: string, flags: AttachedFlags): Promise<ExitResult> {
  const { driver, output } = session;
  const ended = new AbortController();
  const stopListening = stopAtSignals(session, id, flags);
  try {
    const [exit] = await Promise.all([
      lastValueFrom(driver.waitTask(id)),
      printOutput(session, id, ended.signal),
    ]);
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
function stopAtSignals(session: Session, id: string, { stopTimeout }: AttachedFlags): () => void {
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

/** Prints what the task writes until it has exited. */
async function printOutput({ driver, output }: Session, id: string, signal: AbortSignal): Promise<void> {
  const sinks = output.isJson
    ? { stdout: jsonSink(process.stdout, id, 'stdout'), stderr: jsonSink(process.stdout, id, 'stderr') }
    : { stdout: plainSink(process.stdout), stderr: plainSink(process.stderr) };
  await driver.readTaskLog(id, {
    follow: true,
    signal,
    write: ({ stream, bytes }) => sinks[stream].write(Buffer.from(bytes)),
  });
  await Promise.all([sinks.stdout.end(), sinks.stderr.end()]);
}

/** Reports what failed beside the command. */
export function warn({ output }: Session, what: string): (error: unknown) => void {
  return (error) => output.warn(`${what}: ${reasonOf(error)}`);
}
