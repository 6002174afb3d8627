import { setTimeout as delay } from 'node:timers/promises';

import type { ExitResult } from '../model/exit-result.ts';
import { exitText } from '../model/exit-text.ts';
import { nextRestart, type Restart, type RestartInput } from '../model/restart-policy.ts';
import { RktError } from '../model/rkt-error.ts';
import type { StartedTask } from '../index.ts';
import type { OwnSession, Session } from './command-session.ts';
import { agentSocketOf } from './with-driver.ts';

/** The flags of `run` that `--restart` depends on. */
export interface RestartFlags {
  readonly restart?: RestartInput;
  readonly detach?: boolean;
  readonly rm?: boolean;
  readonly interactive?: boolean;
  readonly tty?: boolean;
}

/** @throws RKT_ERR_OPTIONS for flags that exclude each other */
export function checkRestart({ restart, rm = false, interactive = false, tty = false }: RestartFlags): void {
  if (restart === undefined) return;
  const what = '--restart cannot be given together with';
  if (rm) throw new RktError('RKT_ERR_OPTIONS', `${what} --rm: a task that is restarted is not removed`);
  if (interactive || tty)
    throw new RktError(
      'RKT_ERR_OPTIONS',
      `${what} --interactive or --tty: open a shell in the task with exec -it`,
    );
}

/** A task that outlives this command is restarted by an agent. @throws RKT_ERR_OPTIONS without one */
export async function requireAgent({ settings }: Pick<OwnSession, 'settings'>): Promise<void> {
  const { askAgent } = await import('./agent-client/ask-agent.ts');
  const { agent } = settings.agent ? await askAgent({ socketPath: agentSocketOf(settings) }) : {};
  if (agent !== undefined) return;
  throw new RktError(
    'RKT_ERR_OPTIONS',
    '--restart with --detach needs an agent, which restarts the task: start one (rkt-streams agent), or leave out --detach',
  );
}

/**
 * Starts a task again by the policy of this command, until the policy or an interrupt ends it.
 *
 * @param started the first start
 * @param attach waits for the task that runs, and prints its output
 * @returns the last exit
 */
export async function withRestarts(
  session: Session,
  started: StartedTask,
  policy: RestartInput | undefined,
  attach: () => Promise<ExitResult>,
): Promise<ExitResult> {
  const { driver, interrupt, output } = session;
  const { id } = started.handle.state.spec;
  let { startedAtMs } = started.handle.state;
  let exit = await attach();
  let restart: Restart | undefined = policy && { ...policy, count: 0 };
  while (restart !== undefined && interrupt.received() === undefined) {
    const next = nextRestart(restart, { exit, startedAtMs, isFound: false });
    if (next === undefined) break;
    output.notice(
      `task "${id}" ended: ${exitText(exit)}; restart ${next.count} follows in ${next.delayMs} ms`,
    );
    const isDue = await delay(next.delayMs, true, { signal: interrupt.signal }).catch(() => false);
    if (!isDue) break;
    ({ startedAtMs } = (await driver.restartTask(id)).handle.state);
    // It came while the task was being started.
    if (interrupt.received() !== undefined) await driver.stopTask(id);
    exit = await attach();
    restart = next;
  }
  return exit;
}
