import { ApiError, readToken, taskPath, write } from '../api.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { ask, toast, type Question } from './dialogs.ts';
import { h } from './dom.ts';

/** Stop, signal and destroy. Without a token they are not offered. */
export interface Actions {
  readonly element: HTMLElement;
  update(row: TaskRow | undefined): void;
}

/** What a button does, after a question. */
interface Action {
  readonly question: Question;
  /** Shown when it is done. */
  readonly done: string;
  readonly send: (answer: string) => Promise<void>;
}

export function createActions(taskId: string): Actions {
  const stop = button('Stop', stopOf(taskId));
  const signal = button('Signal', signalOf(taskId));
  const destroy = button('Destroy', destroyOf(taskId), 'danger');
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

function stopOf(taskId: string): Action {
  return {
    question: {
      title: `Stop ${taskId}?`,
      text: 'It receives SIGTERM and is killed if it has not exited after five seconds.',
      confirm: 'Stop',
      isDangerous: true,
    },
    done: `${taskId} is stopped`,
    send: () => write('POST', taskPath(taskId, '/stop'), { timeoutMs: 5_000, signal: 'SIGTERM' }),
  };
}

function signalOf(taskId: string): Action {
  return {
    question: {
      title: `Send a signal to ${taskId}?`,
      text: 'The task decides how to handle the signal.',
      confirm: 'Send',
      input: { label: 'Signal', type: 'text', value: 'SIGHUP' },
    },
    done: `${taskId} was sent the signal`,
    send: (name) => write('POST', taskPath(taskId, '/signal'), { signal: name }),
  };
}

function destroyOf(taskId: string): Action {
  return {
    question: {
      title: `Destroy ${taskId}?`,
      text: 'It is killed if it is running, and its pod, logs and state are removed. This cannot be undone.',
      confirm: 'Destroy',
      isDangerous: true,
    },
    done: `${taskId} is destroyed`,
    send: () => write('DELETE', `${taskPath(taskId)}?force=true`),
  };
}

function button(text: string, action: Action, kind = ''): HTMLButtonElement {
  return h('button', { type: 'button', class: kind, click: () => void run(action) }, text);
}

async function run({ question, done, send }: Action): Promise<void> {
  const answer = await ask(question);
  if (answer === undefined) return;
  try {
    await send(answer);
    toast(done);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const isRefused = error instanceof ApiError && error.status === 401;
    toast(isRefused ? `The token is not the agent's. ${why}` : why, 'bad');
  }
}
