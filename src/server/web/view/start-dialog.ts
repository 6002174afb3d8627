import { postJson } from '../api.ts';
import { refusedField } from '../logic/refused-field.ts';
import { startSpec, type StartFields } from '../logic/start-spec.ts';
import { toast } from './dialogs.ts';
import { h } from './dom.ts';
import { openForm } from './form-dialog.ts';

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

/** Asks for a task and starts it. Values of variables are sent, and not kept or shown again. */
export async function startFromPage(): Promise<void> {
  const variables = h('textarea', { class: 'field', name: 'env', rows: '3', spellcheck: 'false' });
  await openForm({
    title: 'Start a task',
    kind: 'wide start',
    fields: [
      ...FIELDS.map(([name, label, hint]) => field(label, input(name, hint))),
      field('Variables, NAME=VALUE, one a line', variables),
      field('Network', select('network', ['', 'host', 'none', 'default'])),
      field('Isolation (stage1)', select('stage1', ['', 'fly', 'oci'])),
    ],
    confirm: 'Start',
    fieldOf: refusedField,
    async send(form) {
      const id = await submit(form);
      toast(`${id} is started`);
      location.hash = `#/task/${encodeURIComponent(id)}`;
    },
  });
}

async function submit(form: HTMLFormElement): Promise<string> {
  const fields = Object.fromEntries(new FormData(form)) as unknown as StartFields;
  const random = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const spec = startSpec(fields, random.toString(16).padStart(8, '0'));
  await postJson('v1/tasks', spec);
  return spec.id;
}

function field(label: string, control: HTMLElement): HTMLElement {
  return h('div', { class: 'form-field' }, h('label', {}, label, control));
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
