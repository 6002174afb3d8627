import { RktError, taskNotFound } from '../../model/rkt-error.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import type { CommandOps } from '../command-driver.ts';
import type { AgentHttp, AgentRequest } from './agent-http.ts';
import { auditAnswer } from './checked-answers.ts';

/**
 * The ops of an agent, as requests. After `shutdown`, which ends this client alone, they fail as those of a driver do.
 *
 * @param known the tasks as the agent last sent them, which `inspectTask` answers from
 */
export function createAgentOps(http: AgentHttp, known: () => readonly TaskStatus[]): CommandOps {
  const closing = new AbortController();
  const ask = async (request: AgentRequest): Promise<unknown> => {
    try {
      return await http.json({ ...request, signal: closing.signal });
    } catch (error) {
      throw closing.signal.aborted ? new RktError('RKT_ERR_SHUTDOWN', '', { cause: error }) : error;
    }
  };
  const post = async (taskId: string, op: string, body: object): Promise<void> => {
    await ask({ method: 'POST', path: `${pathOf(taskId)}/${op}`, taskId, body });
  };
  return {
    inspectTask(taskId) {
      const task = known().find(({ id }) => id === taskId);
      if (task === undefined) throw taskNotFound(taskId);
      return task;
    },
    stopTask: (taskId, { timeoutMs, signal } = {}) =>
      post(taskId, 'stop', {
        ...(timeoutMs !== undefined && { timeoutMs }),
        ...(signal !== undefined && { signal }),
      }),
    signalTask: (taskId, signal) => post(taskId, 'signal', { signal }),
    async destroyTask(taskId, { force = false } = {}) {
      await ask({ method: 'DELETE', path: `${pathOf(taskId)}${force ? '?force=true' : ''}`, taskId });
    },
    audit: async ({ fix = false } = {}) =>
      auditAnswer(http, await ask({ method: fix ? 'POST' : 'GET', path: '/v1/audit' })),
    shutdown() {
      closing.abort();
      return Promise.resolve();
    },
  };
}

function pathOf(taskId: string): string {
  return `/v1/tasks/${encodeURIComponent(taskId)}`;
}
