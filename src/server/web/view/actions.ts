import { ApiError, readToken, taskPath, write } from '../api.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { ask, toast, type Question } from './dialogs.ts';
import { h } from './dom.ts';

/** Stop, signal and destroy. Without a token they are not offered. */
export interface Actions {
  readonly element: HTMLElement;
  update(row: TaskRow | undefined): void;
}

export function createActions(taskId: string): Actions {
  const act = async (
    question: Question,
    done: string,
    work: (answer: string) => Promise<void>,
  ): Promise<void> => {
    const answer = await ask(question);
    if (answer === undefined) return;
    try {
      await work(answer);
      toast(done);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      toast(
        error instanceof ApiError && error.status === 401 ? `The token is not the agent's. ${why}` : why,
        'bad',
      );
    }
  };
  const button = (text: string, run: () => Promise<void>, kind = ''): HTMLButtonElement =>
    h('button', { type: 'button', class: kind, click: () => void run() }, text);
  const stop = button('Stop', () =>
    act(
      {
        title: `Stop ${taskId}?`,
        text: 'It receives SIGTERM and is killed if it has not exited after five seconds.',
        confirm: 'Stop',
        isDangerous: true,
      },
      `${taskId} is stopped`,
      () => write('POST', taskPath(taskId, '/stop'), { timeoutMs: 5_000, signal: 'SIGTERM' }),
    ),
  );
  const signal = button('Signal', () =>
    act(
      {
        title: `Send a signal to ${taskId}?`,
        text: 'The task decides how to handle the signal.',
        confirm: 'Send',
        input: { label: 'Signal', type: 'text', value: 'SIGHUP' },
      },
      `${taskId} was sent the signal`,
      (name) => write('POST', taskPath(taskId, '/signal'), { signal: name }),
    ),
  );
  const destroy = button(
    'Destroy',
    () =>
      act(
        {
          title: `Destroy ${taskId}?`,
          text: 'It is killed if it is running, and its pod, logs and state are removed. This cannot be undone.',
          confirm: 'Destroy',
          isDangerous: true,
        },
        `${taskId} is destroyed`,
        () => write('DELETE', `${taskPath(taskId)}?force=true`),
      ),
    'danger',
  );
  const element = h('div', { class: 'actions' }, stop, signal, destroy);
  return {
    element,
    update(row) {
      const isActive = row !== undefined && row.status.state !== 'exited';
      element.hidden = readToken() === undefined;
      stop.disabled = !isActive;
      signal.disabled = !isActive;
      destroy.disabled = row === undefined;
    },
  };
}
