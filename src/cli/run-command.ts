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
import { checkElsewhere } from './run-elsewhere.ts';
import type { StartedTask } from '../index.ts';
import type { OwnSession, Session } from './command-session.ts';
import { agentSocketOf, withOwnOrAgent, type AgentSession } from './with-driver.ts';

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
      const specOf = (isElsewhere: boolean): TaskSpecInput => ({
        ...runSpec(image, args, flags, { cwd: process.cwd(), env: process.env, isElsewhere }),
        // The policy of an attached task is that of this command.
        ...(detach && restart !== undefined && { restart }),
      });
      return withOwnOrAgent(self, {
        own: (session) => runHere(session, specOf(false), flags),
        agent: (session, { url }) => runByAgent(session, specOf(url !== undefined), flags),
        check: ({ url }) => {
          checkElsewhere(flags);
          specOf(url !== undefined);
        },
      });
    });
  addRunOptions(command);
}

async function runHere(
  session: OwnSession,
  spec: TaskSpecInput,
  flags: RunFlags,
): Promise<number | undefined> {
  const { driver, interrupt, settings, logger } = session;
  if (spec.restart !== undefined) await requireAgent(session);
  if (!(await pullFirst(session, wantedImage(spec), flags.pull)))
    return exitCodeOfSignal(interrupt.received() ?? 'SIGTERM');
  const shutdown = (): void => void driver.shutdown().catch(warn(session, 'The shutdown failed'));
  const stopListening = interrupt.onSignal(shutdown);
  const streams = connectStreams(flags);
  let started: StartedTask;
  try {
    started = await driver.startTask(spec, streams.toTask);
  } catch (error) {
    streams.close();
    // The shutdown rolled the start back.
    const signal = interrupt.received();
    if (signal === undefined) throw error;
    return exitCodeOfSignal(signal);
  } finally {
    stopListening();
  }
  if (flags.detach === true && settings.agent) await agentKnows(agentSocketOf(settings), spec.id, logger);
  return untilExit(session, started, flags, streams.close);
}

/** The agent goes on with a start that is interrupted here, so it is removed when it is over. */
async function runByAgent(
  session: AgentSession,
  spec: TaskSpecInput,
  flags: RunFlags,
): Promise<number | undefined> {
  const { driver, interrupt } = session;
  const started = await driver.startTask(spec);
  const signal = interrupt.received();
  if (signal === undefined) return untilExit(session, started, flags);
  await driver.destroyTask(spec.id, { force: true });
  return exitCodeOfSignal(signal);
}

/** Prints the id of a task, and unless it is detached, waits for its exit. */
async function untilExit(
  session: Session,
  started: StartedTask,
  flags: RunFlags,
  close: () => void = () => undefined,
): Promise<number | undefined> {
  const { driver, output, interrupt } = session;
  const {
    spec: { id },
    podId,
    process: { pid },
  } = started.handle.state;
  if (flags.detach === true) {
    output.print({ id, podId, pid }, () => printable(id));
    return undefined;
  }
  if (output.isJson) output.print({ id, podId, pid }, () => '');
  const attach = (): ReturnType<typeof attached> => attached(session, id, flags).finally(close);
  const exit = await withRestarts(session, started, flags.restart, attach);
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
