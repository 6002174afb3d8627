import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';

import { createExecSession, type ExecSession } from '../../../drivers/remote/exec-session.ts';
import { execPath } from '../../../model/exec-protocol.ts';
import { agent } from '../api.ts';
import { wordsOf } from '../logic/start-spec.ts';
import { h, setText } from './dom.ts';
import { styledDocument, withStyledGlobal } from './styled-document.ts';

const STYLES = 'assets/xterm/xterm.css';
const FONT = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

/** Runs commands in a task, in a terminal over the page, until that is closed; the command is killed then. */
export async function openTerminal(taskId: string): Promise<void> {
  await loadStyles();
  const term = new Terminal({
    ...{ documentOverride: styledDocument(), screenReaderMode: true, fontFamily: FONT, fontSize: 13 },
    theme: { background: '#10161d', foreground: '#e6edf3', cursor: '#e6edf3' },
  });
  const fit = new FitAddon();
  term.loadAddon(fit);
  const status = h('p', { class: 'terminal-status', role: 'status' });
  const command = h('input', {
    ...{ type: 'text', class: 'field', value: 'sh', 'aria-label': 'Command' },
    ...{ autocomplete: 'off', spellcheck: 'false' },
  });
  const rerun = h('button', { type: 'submit', class: 'primary' }, 'Run');
  const form = h('form', { class: 'terminal-command' }, command, rerun);
  const shut = h(
    'button',
    { type: 'button', 'aria-label': 'Close the terminal', click: () => dialog.close() },
    '✕',
  );
  const screen = h('div', { class: 'terminal-screen' });
  const head = h('header', {}, h('h2', { id: 'terminal-title' }, `Terminal in ${taskId}`), form, shut);
  const dialog = h(
    'dialog',
    { class: 'terminal', 'aria-labelledby': 'terminal-title' },
    head,
    screen,
    status,
  );
  document.body.append(dialog);
  dialog.showModal();
  withStyledGlobal(() => term.open(screen));
  fit.fit();
  const runs = createRuns(taskId, term, (text, state) => {
    setText(status, text);
    rerun.disabled = state !== 'ended';
    dialog.dataset['state'] = state;
  });
  const resized = new ResizeObserver(() => fit.fit());
  resized.observe(screen);
  // Escape is a key of the command while one runs.
  dialog.addEventListener('cancel', (event) => {
    if (runs.isRunning()) event.preventDefault();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    runs.run(wordsOf(command.value));
  });
  runs.run(wordsOf(command.value));
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  resized.disconnect();
  runs.close();
  term.dispose();
  dialog.remove();
}

interface Runs {
  run(cmd: readonly string[]): void;
  isRunning(): boolean;
  close(): void;
}

/** Runs one command after the other in a terminal. */
function createRuns(
  taskId: string,
  term: Terminal,
  show: (text: string, state: 'connecting' | 'running' | 'ended') => void,
): Runs {
  let session: ExecSession | undefined;
  let isRunning = false;
  let isClosed = false;
  let typed = Promise.resolve();
  const encoder = new TextEncoder();
  const ended = (text: string): void => {
    session = undefined;
    isRunning = false;
    show(text, 'ended');
  };
  term.onData((text) => {
    const current = session;
    // What is typed after the end of a command is for nothing.
    if (current !== undefined)
      typed = typed.then(() => current.write(encoder.encode(text))).catch(() => undefined);
  });
  term.onResize(({ rows, cols }) => session?.resize({ rows, columns: cols }));
  const run = async (cmd: readonly string[]): Promise<void> => {
    session = await connect(taskId, term, cmd);
    if (isClosed) session.leave(new Error('closed'));
    term.focus();
    show('Running', 'running');
    const { exitCode, signal } = await session.ended;
    ended(`Exited with ${exitCode}${signal === undefined ? '' : ` by signal ${signal}`}`);
  };
  return {
    isRunning: () => isRunning,
    run(cmd) {
      if (isRunning || cmd.length === 0) return;
      isRunning = true;
      term.reset();
      show('Connecting', 'connecting');
      run(cmd).catch((error: unknown) => ended(error instanceof Error ? error.message : String(error)));
    },
    close() {
      isClosed = true;
      session?.leave(new Error('closed'));
    },
  };
}

async function connect(taskId: string, term: Terminal, cmd: readonly string[]): Promise<ExecSession> {
  const socket = await agent.requests.socket({ path: execPath(taskId), taskId });
  return createExecSession(socket, {
    start: { cmd, tty: true, stdin: true, size: { rows: term.rows, columns: term.cols } },
    onOutput: (_, bytes) => new Promise((resolve) => term.write(bytes, resolve)),
    errorOf: ({ error }) => new Error(error.message),
    lost: (what) => new Error(`The agent ${what}.`),
    ...{ silenceMs: agent.silenceMs, scheduler: agent.scheduler },
  });
}

/** Those of the library, once. */
async function loadStyles(): Promise<void> {
  if (document.querySelector(`link[href="${STYLES}"]`) !== null) return;
  const link = h('link', { rel: 'stylesheet', href: STYLES });
  const loaded = new Promise((resolve, reject) => {
    link.addEventListener('load', resolve);
    link.addEventListener('error', () => reject(new Error('The terminal cannot be loaded from the agent.')));
  });
  document.head.append(link);
  await loaded;
}
