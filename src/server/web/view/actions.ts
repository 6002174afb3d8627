import { mayWrite, taskPath, write } from '../api.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { ask, toast, type Question } from './dialogs.ts';
import { byId, h, setAttribute } from './dom.ts';
import { refusalText } from './refusal-text.ts';

/** What can be done with a task. Without a write token everything is there and locked, beside a button that asks for it. */
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
  const unlock = h(
    'button',
    { type: 'button', class: 'unlock', title: UNLOCK, click: () => byId('token').click() },
    'Unlock',
  );
  const terminal = h('button', { type: 'button', click: () => void terminalOf(taskId) }, 'Terminal');
  const restart = button('Restart', restartOf(taskId));
  const stop = button('Stop', stopOf(taskId));
  const signal = button('Signal', signalOf(taskId));
  const destroy = button('Destroy', destroyOf(taskId), 'danger');
  const element = h('div', { class: 'actions' }, unlock, terminal, restart, stop, signal, destroy);
  return {
    element,
    update(row) {
      const isActive = row !== undefined && row.status.state !== 'exited';
      unlock.hidden = whyLocked !== undefined || mayWrite();
      const all: readonly (readonly [HTMLButtonElement, string, boolean])[] = [
        [terminal, 'Run a command in the task, in a terminal', isActive],
        [restart, 'Start the task again, in a new pod', row !== undefined],
        [stop, 'Stop the task', isActive],
        [signal, 'Send a signal', isActive],
        [destroy, 'Remove the task with its logs', row !== undefined],
      ];
      for (const [button_, what, isPossible] of all) {
        showLock(button_, isPossible ? what : `${what}: it has ended`);
        button_.disabled = !canWrite() || !isPossible;
      }
    },
  };
}

const UNLOCK = 'Use a write token to unlock these buttons';

let whyLocked: string | undefined;

/** Locks everything that changes tasks, with or without the token. */
export function lockWrites(why: string): void {
  whyLocked = why;
  (byId('start') as HTMLButtonElement).disabled = true;
  showLock(byId('start'), 'Start a task');
}

/** Whether tasks can be changed from this page. */
export function canWrite(): boolean {
  return whyLocked === undefined && mayWrite();
}

/** Says what a button does, and what unlocks it. */
export function showLock(element: HTMLElement, what: string): void {
  const isLocked = !canWrite();
  setAttribute(element, 'title', isLocked ? `${what}. ${whyLocked ?? 'Needs a write token.'}` : what);
  setAttribute(element, 'data-locked', String(isLocked));
}

/** The terminal is most of the page's code, and is loaded when it is opened. */
async function terminalOf(taskId: string): Promise<void> {
  try {
    const { onDemand } = await import('./on-demand.ts');
    await onDemand.openTerminal(taskId);
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error), 'bad');
  }
}

function restartOf(taskId: string): Action {
  return {
    question: {
      title: `Restart ${taskId}?`,
      text: 'It is stopped if it runs, and starts again as it was started, in a new pod. Its log begins anew.',
      confirm: 'Restart',
      isDangerous: true,
    },
    done: `${taskId} is restarted`,
    send: () => write('POST', taskPath(taskId, '/restart'), { timeoutMs: 5_000, signal: 'SIGTERM' }),
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
    toast(refusalText(error), 'bad');
  }
}
