import { refusalText } from './refusal-text.ts';
import { h, setText } from './dom.ts';

export interface FormQuestion {
  readonly title: string;
  readonly kind?: string;
  readonly fields: readonly HTMLElement[];
  readonly confirm: string;
  /** Whether it was right: what it throws is shown, and the form stays. */
  readonly send: (form: HTMLFormElement) => Promise<void>;
}

/** Shows a form until it was sent or is closed. False when it was not sent. */
export async function openForm({ title, kind = '', fields, confirm, send }: FormQuestion): Promise<boolean> {
  const problem = h('p', { class: 'problem', role: 'alert' });
  const yes = h('button', { type: 'submit', class: 'primary' }, confirm);
  const no = h('button', { type: 'button', click: () => dialog.close('') }, 'Cancel');
  const form = h(
    'form',
    {},
    h('h2', { id: 'form-title' }, title),
    ...fields,
    problem,
    h('menu', {}, no, yes),
  );
  const dialog = h('dialog', { class: kind, 'aria-labelledby': 'form-title' }, form);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    yes.disabled = true;
    setText(problem, '');
    send(form)
      .then(() => dialog.close('sent'))
      .catch((error: unknown) => setText(problem, refusalText(error)))
      .finally(() => (yes.disabled = false));
  });
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  dialog.remove();
  return dialog.returnValue === 'sent';
}
