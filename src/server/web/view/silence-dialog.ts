import { isMatched } from '../../../model/alert-matcher.ts';
import { postJson } from '../api.ts';
import { readMatchers } from '../logic/silence-list.ts';
import type { Store } from '../logic/store.ts';
import { toast } from './dialogs.ts';
import { h, setText } from './dom.ts';
import { openForm } from './form-dialog.ts';

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
  const fields = createFields(matchers);
  fields.preview(store);
  fields.text.addEventListener('input', () => fields.preview(store));
  return openForm({
    title: 'Silence alerts',
    fields: fields.elements,
    confirm: 'Silence',
    send: fields.send,
  });
}

interface SilenceFields {
  readonly text: HTMLElement;
  readonly elements: readonly HTMLElement[];
  /** Says how many alerts match. */
  preview(store: Store): void;
  readonly send: () => Promise<void>;
}

function createFields(matchers: string): SilenceFields {
  const text = h('textarea', {
    class: 'field',
    rows: '3',
    spellcheck: 'false',
    'aria-describedby': 'silence-hint',
  });
  text.value = matchers;
  const length = h('select', { class: 'field' });
  length.append(
    ...LENGTHS.map(([title, ms]) => h('option', { value: String(ms), selected: ms === USUAL_MS }, title)),
  );
  const by = h('input', { type: 'text', class: 'field', autocomplete: 'username', maxlength: '200' });
  const comment = h('input', { type: 'text', class: 'field', autocomplete: 'off', maxlength: '2000' });
  const hint = `Labels: ${LABELS}. All lines have to match: =, !=, =~ and !~.`;
  const matched = h('p', { class: 'muted', role: 'status' });
  return {
    text,
    elements: [
      h('label', {}, 'Alerts with, one label a line', text),
      h('p', { id: 'silence-hint', class: 'muted' }, hint),
      matched,
      h('label', {}, 'For', length),
      h('label', {}, 'By', by),
      h('label', {}, 'Comment', comment),
    ],
    preview: (store) => setText(matched, matchedText(text.value, store)),
    async send() {
      await postJson('v1/silences', {
        matchers: readMatchers(text.value),
        durationMs: Number(length.value),
        createdBy: by.value.trim(),
        comment: comment.value.trim(),
      });
      toast(`Matching alerts are not delivered for ${length.selectedOptions[0]?.text ?? ''}`);
    },
  };
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
