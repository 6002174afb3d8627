import { bytesText } from './format.ts';

/** One line of what a task was started with. */
export interface ConfigLine {
  readonly name: string;
  readonly value: string;
}

/** Flattens what a task was started with; what is empty is left out, and the environment comes apart. */
export function configLines(spec: unknown): {
  readonly lines: readonly ConfigLine[];
  readonly env: readonly ConfigLine[];
} {
  if (!isObject(spec)) return { lines: [], env: [] };
  const { env = {}, ...rest } = spec;
  return { lines: flat(rest, ''), env: flat(env, '') };
}

function flat(value: unknown, path: string): readonly ConfigLine[] {
  if (isEmpty(value)) return [];
  if (isObject(value)) {
    return Object.entries(value).flatMap(([name, inner]) =>
      flat(inner, path === '' ? name : `${path}.${name}`),
    );
  }
  if (!Array.isArray(value)) return [{ name: path, value: textOf(path, value) }];
  const isPlain = value.every((inner) => typeof inner !== 'object');
  if (isPlain && path.endsWith('args')) return [{ name: path, value: value.map(quoted).join(' ') }];
  if (isPlain) return [{ name: path, value: value.map(String).join(', ') }];
  return value.flatMap((inner, index) => flat(inner, `${path}[${index}]`));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

function textOf(path: string, value: unknown): string {
  return typeof value === 'number' && path.endsWith('Bytes') ? bytesText(value) : String(value);
}

/** Quoted for a shell. */
function quoted(word: unknown): string {
  const text = String(word);
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
