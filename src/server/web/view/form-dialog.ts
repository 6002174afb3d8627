import { refusalText } from './refusal-text.ts';
import { h, setText } from './dom.ts';

export interface FormQuestion {
  readonly title: string;
  readonly kind?: string;
  readonly fields: readonly HTMLElement[];
  readonly confirm: string;
  /** Whether it was right: what it throws is shown, and the form stays. */
  readonly send: (form: HTMLFormElement) => Promise<void>;
  /** The name of the field that an error is about: the error is placed there. */
  readonly fieldOf?: (error: unknown) => string | undefined;
}

/** Shows a form until it was sent or is closed. False when it was not sent. */
export async function openForm({
  title,
  kind = '',
  fields,
  confirm,
  send,
  fieldOf = () => undefined,
}: FormQuestion): Promise<boolean> {
  const problem = h('p', { id: 'form-problem', class: 'problem', role: 'alert' });
  const yes = h('button', { type: 'submit', class: 'primary' }, confirm);
  const no = h('button', { type: 'button', click: () => dialog.close('') }, 'Cancel');
  const menu = h('menu', {}, no, yes);
  const form = h('form', {}, h('h2', { id: 'form-title' }, title), ...fields, problem, menu);
  const dialog = h('dialog', { class: kind, 'aria-labelledby': 'form-title' }, form);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    yes.disabled = true;
    clearProblem(form, problem, menu);
    send(form)
      .then(() => dialog.close('sent'))
      .catch((error: unknown) => showProblem(form, problem, refusalText(error), fieldOf(error)))
      .finally(() => (yes.disabled = false));
  });
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  dialog.remove();
  return dialog.returnValue === 'sent';
}

/** Below the field that it is about, which then has the focus; else above the buttons. */
function showProblem(form: HTMLFormElement, problem: HTMLElement, text: string, field?: string): void {
  const control = field === undefined ? null : form.elements.namedItem(field);
  if (control instanceof HTMLElement) {
    control.closest('label')?.after(problem);
    control.setAttribute('aria-invalid', 'true');
    control.setAttribute('aria-describedby', problem.id);
    control.focus();
  }
  setText(problem, text);
}

function clearProblem(form: HTMLFormElement, problem: HTMLElement, menu: HTMLElement): void {
  for (const control of form.querySelectorAll('[aria-invalid]')) {
    control.removeAttribute('aria-invalid');
    control.removeAttribute('aria-describedby');
  }
  setText(problem, '');
  menu.before(problem);
}
