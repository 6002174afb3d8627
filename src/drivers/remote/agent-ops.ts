import type { Driver } from '../../driver-interface.ts';
import { RktError, taskNotFound } from '../../model/rkt-error.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import { agentLost } from './agent-error.ts';
import type { AgentRequest, AgentRequests } from './agent-requests.ts';
import { auditAnswer, detailsAnswer, execAnswer, startedAnswer, tasksAnswer } from './checked-answers.ts';
import { remoteLog } from './remote-log.ts';

/** What an agent does by one request each. */
export type AgentOps = Pick<
  Driver,
  | 'inspectTask'
  | 'startTask'
  | 'stopTask'
  | 'restartTask'
  | 'signalTask'
  | 'destroyTask'
  | 'execTask'
  | 'describeTask'
  | 'readTaskLog'
  | 'audit'
  | 'recoverTasks'
  | 'shutdown'
>;

export interface AgentOpsOptions {
  /** The tasks that are known before the first list comes. */
  readonly tasks?: readonly TaskStatus[];
  /** Timeout of a request; none by default. */
  readonly timeoutMs?: number;
}

/**
 * The ops of an agent, as requests. After `shutdown`, which ends this client alone, they fail as those of a driver do.
 * `inspectTask` returns the status that the agent sent last; `update` passes on what streams have brought.
 *
 * @throws RKT_ERR_AGENT_LOST when the agent does not answer in time; whether it did the op is unknown then
 */
export function createAgentOps(
  requests: AgentRequests,
  { tasks = [], timeoutMs }: AgentOpsOptions = {},
): AgentOps & { readonly update: (tasks: readonly TaskStatus[]) => void } {
  const closing = new AbortController();
  let known = tasks;
  const ask = async (request: AgentRequest): Promise<unknown> => {
    const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
    const signals = [closing.signal, timeout, request.signal].filter((one) => one !== undefined);
    try {
      closing.signal.throwIfAborted();
      return await requests.json({ ...request, signal: AbortSignal.any(signals) });
    } catch (error) {
      if (closing.signal.aborted) throw new RktError('RKT_ERR_SHUTDOWN', '', { cause: error });
      if (timeout?.aborted !== true) throw error;
      throw agentLost(requests.place, `has not answered within ${timeoutMs ?? 0} ms`);
    }
  };
  const post = (taskId: string, op: string, body: object, signal?: AbortSignal): Promise<unknown> =>
    ask({ method: 'POST', path: `${pathOf(taskId)}/${op}`, taskId, body, ...(signal && { signal }) });
  return {
    update: (list) => void (known = list),
    inspectTask(taskId) {
      const task = known.find(({ id }) => id === taskId);
      if (task === undefined) throw taskNotFound(taskId);
      return task;
    },
    async recoverTasks() {
      known = await tasksAnswer(requests, await ask({ path: '/v1/tasks' }));
      return { recovered: known.map(({ id }) => id), undone: [], failures: [] };
    },
    startTask: async (task) =>
      startedAnswer(requests, await ask({ method: 'POST', path: '/v1/tasks', taskId: task.id, body: task })),
    async stopTask(taskId, options) {
      await post(taskId, 'stop', stopBody(options));
    },
    restartTask: async (taskId, options) =>
      startedAnswer(requests, await post(taskId, 'restart', stopBody(options))),
    async signalTask(taskId, signal) {
      await post(taskId, 'signal', { signal });
    },
    async destroyTask(taskId, { force = false } = {}) {
      await ask({ method: 'DELETE', path: `${pathOf(taskId)}${force ? '?force=true' : ''}`, taskId });
    },
    async execTask(taskId, cmd, options = {}) {
      const body = withoutAbsent({ cmd, timeoutMs: options.timeoutMs });
      return execAnswer(requests, await post(taskId, 'exec', body, options.signal));
    },
    describeTask: async (taskId) =>
      (await detailsAnswer(requests, await ask({ path: pathOf(taskId), taskId }))).config,
    readTaskLog: (taskId, options) => remoteLog(requests, taskId, options, closing.signal),
    audit: async ({ fix = false } = {}) =>
      auditAnswer(requests, await ask({ method: fix ? 'POST' : 'GET', path: '/v1/audit' })),
    shutdown() {
      closing.abort();
      return Promise.resolve();
    },
  };
}

/** The path of a task in the API of an agent. */
export function pathOf(taskId: string): string {
  return `/v1/tasks/${encodeURIComponent(taskId)}`;
}

function stopBody({ timeoutMs, signal }: NonNullable<Parameters<Driver['stopTask']>[1]> = {}): object {
  return withoutAbsent({ timeoutMs, signal });
}

function withoutAbsent(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
