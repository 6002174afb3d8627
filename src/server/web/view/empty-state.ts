import { h } from './dom.ts';
import { toast } from './dialogs.ts';

const COMMAND =
  "rkt-streams run --detach --id hello docker://docker.io/library/busybox -- sh -c 'while :; do date; sleep 5; done'";

/** What is shown in place of the table: how to start a task, or that the filter hides all of them. */
export function createEmptyState(clear: () => void): {
  readonly element: HTMLElement;
  update(counts: { readonly all: number; readonly shown: number; readonly isKnown: boolean }): void;
} {
  const copy = h('button', { type: 'button', click: () => void copyCommand() }, 'Copy');
  const start = h(
    'div',
    { hidden: true },
    h('h3', {}, 'No tasks yet'),
    h('p', {}, 'Start one on this machine; it appears here at once:'),
    h('div', { class: 'command' }, h('code', {}, COMMAND), copy),
  );
  const none = h(
    'div',
    { hidden: true },
    h('p', {}, 'No task matches the filter.'),
    h('button', { type: 'button', click: clear }, 'Show all tasks'),
  );
  const element = h('div', { class: 'empty', hidden: true }, start, none);
  return {
    element,
    update({ all, shown, isKnown }) {
      element.hidden = shown > 0 || !isKnown;
      start.hidden = all > 0;
      none.hidden = all === 0;
    },
  };
}

async function copyCommand(): Promise<void> {
  try {
    await navigator.clipboard.writeText(COMMAND);
    toast('The command was copied.');
  } catch {
    // Without https there is no clipboard, except on this machine.
    toast('The browser does not allow copying here. Select the command and copy it.', 'bad');
  }
}
