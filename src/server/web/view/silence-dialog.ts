import { isMatched } from '../../../model/alert-matcher.ts';
import { postJson } from '../api.ts';
import { readMatchers } from '../logic/silence-list.ts';
import type { Store } from '../logic/store.ts';
import { toast } from './dialogs.ts';
import { h, setText } from './dom.ts';

const HOUR_MS = 3_600_000;
const LENGTHS: readonly (readonly [text: string, ms: number])[] = [
  ['30 minutes', HOUR_MS / 2],
  ['1 hour', HOUR_MS],
  ['2 hours', 2 * HOUR_MS],
  ['8 hours', 8 * HOUR_MS],
  ['1 day', 24 * HOUR_MS],
  ['1 week', 168 * HOUR_MS],
];
const USUAL_MS = 2 * HOUR_MS;
const LABELS = 'alertname, task_id, task, job, task_group, alloc_id, instance';

/** Asks for a silence, and creates it; the alerts that it matches are counted while it is written. False when it was not. */
export async function askForSilence(matchers: string, store: Store): Promise<boolean> {
  const text = h('textarea', {
    class: 'field',
    name: 'matchers',
    rows: '3',
    spellcheck: 'false',
    'aria-describedby': 'silence-hint',
    input: () => preview(),
  });
  text.value = matchers;
  const length = h('select', { class: 'field', name: 'length' });
  length.append(
    ...LENGTHS.map(([title, ms]) => h('option', { value: String(ms), selected: ms === USUAL_MS }, title)),
  );
  const by = h('input', {
    type: 'text',
    class: 'field',
    name: 'by',
    autocomplete: 'username',
    maxlength: '200',
  });
  const comment = h('input', {
    type: 'text',
    class: 'field',
    name: 'comment',
    autocomplete: 'off',
    placeholder: 'why',
  });
  const matched = h('p', { class: 'muted', role: 'status' });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const preview = (): void => setText(matched, matchedText(text.value, store));
  const confirm = h('button', { type: 'submit', class: 'primary' }, 'Silence');
  const cancel = h('button', { type: 'button', click: () => dialog.close('') }, 'Cancel');
  const hint = h(
    'p',
    { id: 'silence-hint', class: 'muted' },
    `Labels: ${LABELS}. All lines have to match: =, !=, =~ and !~.`,
  );
  const form = h(
    'form',
    {},
    h('h2', { id: 'silence-title' }, 'Silence alerts'),
    h('label', {}, 'Alerts with, one label a line', text),
    hint,
    matched,
    h('label', {}, 'For', length),
    h('label', {}, 'By', by),
    h('label', {}, 'Comment', comment),
    problem,
    h('menu', {}, cancel, confirm),
  );
  const dialog = h('dialog', { 'aria-labelledby': 'silence-title' }, form);
  const send = async (): Promise<void> => {
    await postJson('v1/silences', {
      matchers: readMatchers(text.value),
      durationMs: Number(length.value),
      createdBy: by.value.trim(),
      comment: comment.value.trim(),
    });
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    confirm.disabled = true;
    setText(problem, '');
    send()
      .then(() => dialog.close('created'))
      .catch((error: unknown) => setText(problem, error instanceof Error ? error.message : String(error)))
      .finally(() => (confirm.disabled = false));
  });
  document.body.append(dialog);
  preview();
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  dialog.remove();
  const isCreated = dialog.returnValue === 'created';
  if (isCreated) toast(`Matching alerts are not delivered for ${length.selectedOptions[0]?.text ?? ''}`);
  return isCreated;
}

function matchedText(text: string, store: Store): string {
  try {
    const matchers = readMatchers(text);
    const count = store.alertLog
      .entries()
      .filter(({ clearedMs, labels }) => clearedMs === undefined && isMatched(matchers, labels)).length;
    return `Matches ${count} active ${count === 1 ? 'alert' : 'alerts'}.`;
  } catch (error) {
    return text.trim() === '' || !(error instanceof Error) ? '' : error.message;
  }
}
