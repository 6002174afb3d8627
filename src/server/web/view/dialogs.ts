import { byId, h, setText } from './dom.ts';

export interface Question {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly isDangerous?: boolean;
  /** Asks for a line of text as well. */
  readonly input?: { readonly label: string; readonly type: 'text' | 'password'; readonly value?: string };
}

/** Asks before something is done. Undefined when the answer is no; the line of text otherwise. */
export async function ask({
  title,
  text,
  confirm,
  isDangerous = false,
  input,
}: Question): Promise<string | undefined> {
  const field = h('input', {
    type: input?.type ?? 'text',
    class: 'field',
    name: 'answer',
    value: input?.value,
    autocomplete: 'off',
  });
  const form = h(
    'form',
    { method: 'dialog' },
    h('h2', { id: 'question' }, title),
    h('p', { class: 'muted' }, text),
  );
  if (input !== undefined) form.append(h('label', {}, input.label, field));
  const no = h('button', { type: 'button', click: () => dialog.close('') }, 'Cancel');
  const yes = h(
    'button',
    { type: 'submit', value: 'yes', class: isDangerous ? 'primary danger' : 'primary' },
    confirm,
  );
  form.append(h('menu', {}, no, yes));
  const dialog = h('dialog', { 'aria-labelledby': 'question' }, form);
  document.body.append(dialog);
  dialog.showModal();
  if (isDangerous) no.focus();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  dialog.remove();
  return dialog.returnValue === 'yes' ? field.value : undefined;
}

const TOAST_MS = 6_000;
let hiding: ReturnType<typeof setTimeout> | undefined;

/** Says something at the edge of the page, for a while. */
export function toast(text: string, tone: 'plain' | 'bad' = 'plain'): void {
  const element = byId('toast');
  clearTimeout(hiding);
  element.dataset['tone'] = tone;
  element.hidden = false;
  setText(element, text);
  hiding = setTimeout(() => (element.hidden = true), TOAST_MS);
}
