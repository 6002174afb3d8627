import { publishedPort } from '../../../model/published-port.ts';
import type { TaskSpecInput } from '../../../model/task-spec.ts';

/** The fields of the form that starts a task, as they were typed. */
export interface StartFields {
  readonly image: string;
  readonly name: string;
  readonly command: string;
  readonly args: string;
  /** `NAME=VALUE`, one a line. */
  readonly env: string;
  /** `HOSTPORT:PORT`, separated by spaces. */
  readonly ports: string;
  readonly network: string;
  readonly stage1: string;
  readonly memoryMiB: string;
  readonly cpus: string;
}

const PERIOD_US = 100_000;

/** What was typed is no task: names the field and the remedy. */
export class StartFieldError extends Error {
  override readonly name = 'StartFieldError';
  readonly field: keyof StartFields;

  constructor(field: keyof StartFields, message: string) {
    super(message);
    this.field = field;
  }
}

/** The task of a form. @throws StartFieldError, which has no value of a variable */
export function startSpec(fields: StartFields, randomId: string): TaskSpecInput {
  const image = fields.image.trim();
  if (image === '')
    throw new StartFieldError('image', 'Image: give a path of an .aci, a name, or docker://NAME.');
  const name = fields.name.trim() === '' ? imageName(image) : fields.name.trim();
  const ports = wordsOf(fields.ports).map((text) => {
    const port = publishedPort(text);
    if (port === undefined)
      throw new StartFieldError('ports', `Ports: ${text} is not HOSTPORT:PORT, as in 8080:80.`);
    return port;
  });
  const memory = positive('memoryMiB', 'Memory limit', fields);
  const cpus = positive('cpus', 'CPU limit', fields);
  const command = fields.command.trim();
  return {
    id: `${name}-${randomId}`,
    name,
    config: {
      image,
      args: wordsOf(fields.args),
      ...(command !== '' && { command }),
      ...(fields.network !== '' && { net: [fields.network] }),
      ...(fields.stage1 !== '' && { stage1: fields.stage1 }),
      ...(ports.length > 0 && {
        port_map: [Object.fromEntries(ports.map(({ label }) => [label, label]))],
      }),
    },
    resources: {
      ...(memory !== undefined && { memoryLimitBytes: Math.round(memory * 1_048_576) }),
      ...(cpus !== undefined && { cpuQuotaUs: Math.round(cpus * PERIOD_US) }),
      ...(ports.length > 0 && { ports }),
    },
    env: environmentOf(fields.env),
  };
}

/** Words as in a shell: separated by spaces, except in single or double quotes. */
export function wordsOf(text: string): string[] {
  const words = text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''),
  );
}

function environmentOf(text: string): Record<string, string> {
  const lines = text.split('\n').map((line, at) => [at + 1, line] as const);
  return Object.fromEntries(
    lines
      .filter(([, line]) => line.trim() !== '')
      .map(([number, line]) => {
        const at = line.indexOf('=');
        if (at <= 0) throw new StartFieldError('env', `Variables: line ${number} is not NAME=VALUE.`);
        return [line.slice(0, at).trim(), line.slice(at + 1)] as const;
      }),
  );
}

function positive(
  field: 'memoryMiB' | 'cpus',
  title: string,
  { [field]: text }: StartFields,
): number | undefined {
  if (text.trim() === '') return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new StartFieldError(field, `${title}: ${text} is not a number above 0.`);
}

/** `etcd` for `coreos.com/etcd:v3.1.7`, `/images/etcd.aci` and `docker://etcd`. */
function imageName(image: string): string {
  const last = image.split('/').pop() ?? '';
  const name = last.replace(/[:,@].*$/, '').replace(/\.aci$/, '');
  return name === '' ? 'task' : name;
}
