import { h } from './dom.ts';

/** All keys of the page. */
const KEYS: readonly (readonly [readonly string[], string])[] = [
  [['/'], 'Filter the tasks'],
  [['j', '↓'], 'Next task'],
  [['k', '↑'], 'Previous task'],
  [['Page down', 'Page up'], 'Ten tasks further, or back'],
  [['Enter'], 'Open the task'],
  [['Escape'], 'Close the task, leave the filter'],
  [['m'], 'Switch between table and map'],
  [['a'], 'Alerts, and back to the tasks'],
  [['p'], 'Pause and resume the page'],
  [['?'], 'Show these keys'],
];

/** Shows the keys until it is closed. */
export function showKeys(): void {
  const list = h('dl', { class: 'keys' });
  for (const [keys, action] of KEYS) {
    const names = keys.flatMap((key, n) => [...(n === 0 ? [] : [' ']), h('kbd', {}, key)]);
    list.append(h('dt', {}, ...names), h('dd', {}, action));
  }
  const form = h(
    'form',
    { method: 'dialog' },
    h('h2', { id: 'keys-title' }, 'Keys'),
    list,
    h('menu', {}, h('button', { type: 'submit', class: 'primary' }, 'Close')),
  );
  const dialog = h('dialog', { 'aria-labelledby': 'keys-title', close: () => dialog.remove() }, form);
  document.body.append(dialog);
  dialog.showModal();
}

/** What the keys of the page do. */
export interface PageKeys {
  readonly filter: () => void;
  readonly move: (step: number) => void;
  readonly close: () => void;
  readonly switchView: () => void;
  readonly switchPage: () => void;
  readonly pause: () => void;
}

export function listenToKeys({ filter, move, close, switchView, switchPage, pause }: PageKeys): void {
  const actions: Readonly<Record<string, () => void>> = {
    '/': filter,
    j: () => move(1),
    k: () => move(-1),
    m: switchView,
    a: switchPage,
    p: pause,
    '?': showKeys,
  };
  document.addEventListener('keydown', (event) => {
    const { target, key } = event;
    if (document.querySelector('dialog[open]') !== null) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping =
      target instanceof HTMLInputElement ||
      target instanceof HTMLSelectElement ||
      target instanceof HTMLTextAreaElement;
    if (key === 'Escape') {
      if (isTyping) target.blur();
      else close();
      return;
    }
    if (isTyping || !Object.hasOwn(actions, key)) return;
    event.preventDefault();
    actions[key]?.();
  });
}
