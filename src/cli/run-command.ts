import type { Command } from 'commander';

import { RktError } from '../model/rkt-error.ts';
import { printable } from '../model/printable.ts';
import type { TaskSpecInput } from '../model/task-spec.ts';
import { agentKnows } from './agent-client/agent-knows.ts';
import { exitCodeOfSignal, exitCodeOfTask } from './exit-codes.ts';
import { attached, warn } from './run-attached.ts';
import { connectStreams } from './run-streams.ts';
import { addRunOptions } from './run-options.ts';
import { pullFirst, wantedImage, type PullPolicy } from './run-pull.ts';
import { checkRestart, requireAgent, withRestarts, type RestartFlags } from './run-restarts.ts';
import { runSpec, type RunSpecFlags } from './run-spec.ts';
import type { OwnSession } from './command-session.ts';
import { agentSocketOf, withOwnDriver } from './with-driver.ts';

interface RunFlags extends RunSpecFlags, RestartFlags {
  readonly pull?: PullPolicy;
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
    .argument('[arguments...]', 'arguments of the app; options after the image are its own')
    .action((image: string, args: string[], flags: RunFlags, self: Command) => {
      checkFlags(flags);
      const { restart, detach = false } = flags;
      // The policy of an attached task is that of this command.
      const spec = {
        ...runSpec(image, args, flags, { cwd: process.cwd(), env: process.env }),
        ...(detach && restart !== undefined && { restart }),
      };
      return withOwnDriver(self, (session) => run(session, spec, flags));
    });
  addRunOptions(command);
}

async function run(session: OwnSession, spec: TaskSpecInput, flags: RunFlags): Promise<number | undefined> {
  const { driver, output, interrupt, settings, logger } = session;
  if (spec.restart !== undefined) await requireAgent(session);
  if (!(await pullFirst(session, wantedImage(spec), flags.pull)))
    return exitCodeOfSignal(interrupt.received() ?? 'SIGTERM');
  const shutdown = (): void => void driver.shutdown().catch(warn(session, 'The shutdown failed'));
  const stopListening = interrupt.onSignal(shutdown);
  const streams = connectStreams(flags);
  try {
    await driver.startTask(spec, streams.toTask);
  } catch (error) {
    streams.close();
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
  const attach = (): ReturnType<typeof attached> =>
    attached(session, id, flags).finally(() => streams.close());
  const exit = await withRestarts(session, id, flags.restart, attach);
  if (flags.rm === true) await driver.destroyTask(id, { force: true });
  const signal = interrupt.received();
  return signal === undefined ? exitCodeOfTask(exit) : exitCodeOfSignal(signal);
}

/** The streams of `-i` and `-t` end with this command, so a task that outlives it has none. @throws RKT_ERR_OPTIONS */
function checkFlags(flags: RunFlags): void {
  checkRestart(flags);
  const { detach = false, interactive = false, tty = false } = flags;
  if (!detach || !(interactive || tty)) return;
  throw new RktError(
    'RKT_ERR_OPTIONS',
    '--detach cannot be given together with --interactive or --tty: run the task with --detach, and open a shell with exec -it',
  );
}
