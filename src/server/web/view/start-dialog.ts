import { mayWrite, postJson } from '../api.ts';
import { startSpec, type StartFields } from '../logic/start-spec.ts';
import { refusalText } from './actions.ts';
import { toast } from './dialogs.ts';
import { byId, h, setText } from './dom.ts';

type Field = keyof StartFields;

const FIELDS: readonly (readonly [name: Field, label: string, hint: string])[] = [
  ['image', 'Image', '/images/web.aci or docker://nginx'],
  ['name', 'Name', 'the last part of the image'],
  ['command', 'Command', 'that of the image'],
  ['args', 'Arguments', '--port 8080'],
  ['ports', 'Ports', '8080:80 127.0.0.1:5353:53/udp'],
  ['memoryMiB', 'Memory limit in MiB', 'no limit'],
  ['cpus', 'CPU limit in cores', 'no limit'],
];

/** Asks for a task and starts it. Without a write token, that is asked for. Values of variables are sent, and not kept or shown again. */
export async function startFromPage(): Promise<void> {
  if (!mayWrite()) {
    byId('token').click();
    return;
  }
  const form = h('form', { class: 'start' }, h('h2', { id: 'start-title' }, 'Start a task'));
  form.append(...FIELDS.map(([name, label, hint]) => field(label, input(name, hint))));
  form.append(
    field(
      'Variables, NAME=VALUE, one a line',
      h('textarea', { class: 'field', name: 'env', rows: '3', spellcheck: 'false' }),
    ),
    field('Network', select('network', ['', 'host', 'none', 'default'])),
    field('Isolation (stage1)', select('stage1', ['', 'fly', 'oci'])),
  );
  const problem = h('p', { class: 'problem', role: 'alert' });
  const cancel = h('button', { type: 'button', click: () => dialog.close() }, 'Cancel');
  const confirm = h('button', { type: 'submit', class: 'primary' }, 'Start');
  form.append(problem, h('menu', {}, cancel, confirm));
  const dialog = h('dialog', { class: 'wide', 'aria-labelledby': 'start-title' }, form);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    confirm.disabled = true;
    setText(problem, '');
    submit(form)
      .then((id) => {
        dialog.close();
        toast(`${id} is started`);
        location.hash = `#/task/${encodeURIComponent(id)}`;
      })
      .catch((error: unknown) => setText(problem, refusalText(error)))
      .finally(() => (confirm.disabled = false));
  });
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  dialog.remove();
}

async function submit(form: HTMLFormElement): Promise<string> {
  const fields = Object.fromEntries(new FormData(form)) as unknown as StartFields;
  const random = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const spec = startSpec(fields, random.toString(16).padStart(8, '0'));
  await postJson('v1/tasks', spec);
  return spec.id;
}

function field(label: string, control: HTMLElement): HTMLElement {
  return h('label', {}, label, control);
}

function input(name: Field, hint: string): HTMLElement {
  return h('input', {
    type: 'text',
    class: 'field',
    name,
    placeholder: hint,
    autocomplete: 'off',
    spellcheck: 'false',
  });
}

function select(name: Field, values: readonly string[]): HTMLElement {
  const element = h('select', { class: 'field', name });
  element.append(
    ...values.map((value) => h('option', { value }, value === '' ? 'as the agent chooses' : value)),
  );
  return element;
}
