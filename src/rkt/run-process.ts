import { programOf } from './command-line.ts';
import {
  MAX_OUTPUT_BYTES,
  outputOf,
  watchLimits,
  type Executed,
  type LimitedOptions,
} from './command-outcome.ts';
import type { RktOutput } from './command-options.ts';
import { signalGroup } from './process-group.ts';
import { startProcess } from './start-process.ts';

/** Runs a command line as a process, in a process group that is killed with it. @throws RktError */
export async function runProcess(executed: Executed, options: LimitedOptions): Promise<RktOutput> {
  const [file, args] = programOf(executed.argv, executed.command);
  // Loaded for the first command: an agent that only watches starts none.
  const { execa } = await import('execa');
  const startedAt = performance.now();
  const giveUp = new AbortController();
  const child = startProcess(executed.command, () =>
    execa(file, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env ?? {},
      extendEnv: false,
      stdin: 'ignore',
      maxBuffer: MAX_OUTPUT_BYTES,
      stripFinalNewline: false,
      cancelSignal: giveUp.signal,
      killSignal: 'SIGKILL',
      forceKillAfterDelay: false,
      // rkt stop of a fly pod may signal the process group of the process that started rkt, so rkt needs a separate
      // one.
      detached: true,
      cleanup: false,
      reject: false,
    }),
  );
  const limits = watchLimits(() => {
    killAll(child.pid);
    giveUp.abort();
    // A process that left the group may keep the pipes open, and the result would wait for it.
    child.stdout.destroy();
    child.stderr.destroy();
  }, options);
  const result = await child;
  const ending = limits.stop();
  if (result.isMaxBuffer) killAll(child.pid);
  const { exitCode, signal, isMaxBuffer: isFlood, originalMessage: reason, cause, stdout, stderr } = result;
  const end = { exitCode, signal, isFlood, reason, cause, stdout, stderr };
  return outputOf({ executed, ending, durationMs: performance.now() - startedAt, end }, options);
}

function killAll(pid: number | undefined): void {
  if (pid !== undefined) signalGroup(pid, 'SIGKILL');
}
