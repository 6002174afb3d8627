import { RktError } from './rkt-error.ts';

/** Prints the fields of a value as a template asks. */
export type Template = (value: object) => string;

/** A piece of a template: text, or a field with how it is printed. */
type Piece = { readonly text: string } | { readonly path: readonly string[]; readonly isJson: boolean };

const FORMAT = '--format';
const ACTION = /\{\{-?\s*(?<body>.*?)\s*-?\}\}/gsu;
const FIELD = /^(?<json>json\s+)?(?<path>\.|(?:\.[A-Za-z_][A-Za-z_0-9]*)+)$/;
const ESCAPES: Readonly<Record<string, string>> = { '\\t': '\t', '\\n': '\n' };

/**
 * Reads a template in the part of Go's that `--format` of docker is used with: text, `\t`, `{{.Field}}`, `{{.Field.Inner}}` and
 * `{{json .Field}}`.
 *
 * @param fields the names that there are; without them any member of a value, which is reported when it is missing
 * @throws RKT_ERR_OPTIONS for anything else in `{{…}}`, and for an unknown field
 */
export function parseTemplate(text: string, fields?: readonly string[]): Template {
  return templateOf(
    piecesOf(
      text.replaceAll(/\\[tn]/g, (escape) => ESCAPES[escape] ?? escape),
      FORMAT,
    ),
    { what: FORMAT, encode: (value) => value },
    fields,
  );
}

/**
 * Reads a template of a JSON document: `{{.Field}}` is escaped as a part of a string, `{{json .Field}}` is a value of its own, and
 * the text is left as it is.
 *
 * @param what the name of the template in errors
 * @throws RKT_ERR_OPTIONS as {@link parseTemplate}
 */
export function parseJsonTemplate(text: string, what: string): Template {
  return templateOf(piecesOf(text, what), { what, encode: (value) => JSON.stringify(value).slice(1, -1) });
}

/** The same for another text than JSON: nothing is escaped. */
export function parsePlainTemplate(text: string, what: string): Template {
  return templateOf(piecesOf(text, what), { what, encode: (value) => value });
}

interface Printing {
  /** The name of the template in errors. */
  readonly what: string;
  /** Of the fields that are not printed as JSON. */
  readonly encode: (text: string) => string;
}

function templateOf(pieces: readonly Piece[], printing: Printing, fields?: readonly string[]): Template {
  const { what } = printing;
  for (const piece of pieces) {
    const [name] = 'path' in piece ? piece.path : [];
    if (fields !== undefined && name !== undefined && !fields.includes(name))
      throw noField(what, name, fields);
  }
  return (value) =>
    pieces.map((piece) => ('text' in piece ? piece.text : shown(value, piece, printing))).join('');
}

/** The names of the fields that a template begins with: the titles of a table. */
export function fieldsOf(text: string): readonly string[] {
  return piecesOf(text, FORMAT).flatMap((piece) => ('path' in piece ? [piece.path.at(-1) ?? ''] : []));
}

function piecesOf(text: string, what: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ACTION)) {
    const body = match.groups?.['body'] ?? '';
    const { json, path } = FIELD.exec(body)?.groups ?? {};
    if (path === undefined) throw notSupported(what, match[0]);
    pieces.push({ text: text.slice(end, match.index) });
    pieces.push({ path: path.split('.').filter((name) => name !== ''), isJson: json !== undefined });
    end = match.index + match[0].length;
  }
  const rest = text.slice(end);
  if (rest.includes('{{')) throw notSupported(what, rest.slice(rest.indexOf('{{')));
  return [...pieces, { text: rest }];
}

function shown(
  value: object,
  { path, isJson }: Extract<Piece, { path: readonly string[] }>,
  { what, encode }: Printing,
): string {
  let found: unknown = value;
  for (const [at, name] of path.entries()) {
    const isObject = typeof found === 'object' && found !== null;
    if (!isObject || !Object.hasOwn(found as object, name))
      throw noField(what, path.slice(0, at + 1).join('.'), isObject ? Object.keys(found as object) : []);
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  if (isJson) return JSON.stringify(found ?? null);
  if (found === undefined) return '';
  return encode(typeof found === 'string' ? found : JSON.stringify(found));
}

function noField(what: string, name: string, fields: readonly string[]): RktError {
  const known =
    fields.length === 0 ? '' : `; the fields are ${fields.map((field) => `.${field}`).join(', ')}`;
  return new RktError('RKT_ERR_OPTIONS', `${what}: there is no field .${name}${known}`);
}

function notSupported(what: string, action: string): RktError {
  return new RktError(
    'RKT_ERR_OPTIONS',
    `${what}: ${action} is not supported; a template holds text, {{.Field}} and {{json .Field}}`,
  );
}
