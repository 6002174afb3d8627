import { RktFailure } from '../embedded-context.ts';
import type { ManifestPair } from './manifest-types.ts';

/** A JSON object, or a failure in the style of Go's decoder. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The keys of image and pod manifests, by their lower case. */
const KEYS: ReadonlyMap<string, string> = new Map(
  [
    'acKind',
    'acVersion',
    'name',
    'labels',
    'app',
    'annotations',
    'dependencies',
    'pathWhitelist',
    'exec',
    'eventHandlers',
    'user',
    'role',
    'type',
    'level',
    'group',
    'supplementaryGIDs',
    'workingDirectory',
    'environment',
    'mountPoints',
    'ports',
    'isolators',
    'userAnnotations',
    'userLabels',
    'value',
    'path',
    'readOnly',
    'protocol',
    'port',
    'count',
    'socketActivated',
    'imageName',
    'imageID',
    'size',
    'default',
    'request',
    'limit',
    'set',
    'errno',
  ].map((key) => [key.toLowerCase(), key]),
);

/** `value` as an object with the keys of manifests, which Go's decoder takes in any case; of several, the last one wins. */
export function recordOf(value: unknown, what: string): JsonRecord {
  const json = mapOf(value, what);
  const keys = Object.keys(json);
  if (keys.every((key) => (KEYS.get(key.toLowerCase()) ?? key) === key)) return json;
  return Object.fromEntries(keys.map((key) => [KEYS.get(key.toLowerCase()) ?? key, json[key]]));
}

/** `value` as an object whose keys are data. */
export function mapOf(value: unknown, what: string): JsonRecord {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonRecord;
  throw mismatch(value, what);
}

/** A boolean member; false when missing. */
export function flagAt(json: JsonRecord, key: string): boolean {
  const value = json[key];
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw mismatch(value, 'type bool');
}

/** `value` as a list; nothing at all is an empty one. */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value as readonly unknown[];
  throw mismatch(value, what);
}

/** A string member; empty when missing. */
export function stringAt(json: JsonRecord, key: string): string {
  const value = json[key];
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw mismatch(value, key);
}

/** A list of strings. */
export function stringsOf(value: unknown, what: string): readonly string[] {
  return listOf(value, what).map((entry) => {
    if (typeof entry === 'string') return entry;
    throw mismatch(entry, what);
  });
}

/** An unsigned integer member; undefined when missing. */
export function numberAt(json: JsonRecord, key: string): number | undefined {
  const value = json[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw mismatch(value, key);
}

/** A list of `{name, value}`. */
export function pairsAt(json: JsonRecord, key: string): readonly ManifestPair[] {
  return listOf(json[key], key).map((entry) => {
    const pair = recordOf(entry, key);
    return { name: stringAt(pair, 'name'), value: stringAt(pair, 'value') };
  });
}

/** Refuses a list in which a name occurs twice. */
export function checkUnique(
  pairs: readonly { readonly name: string }[],
  message: (name: string) => string,
): void {
  const seen = new Set<string>();
  for (const { name } of pairs) {
    if (seen.has(name)) throw new RktFailure(message(name));
    seen.add(name);
  }
}

/** `{ key: parse(value) }`, or nothing when the value is missing or an empty list, as Go's omitempty does. */
export function optional<K extends string, V>(
  key: K,
  value: unknown,
  parse: (value: unknown) => V,
): Partial<Record<K, V>> {
  if (value === undefined || value === null) return {};
  const parsed = parse(value);
  if (Array.isArray(parsed) && parsed.length === 0) return {};
  return { [key]: parsed } as Record<K, V>;
}

function mismatch(value: unknown, what: string): RktFailure {
  const kind = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  return new RktFailure(
    `json: cannot unmarshal ${kind === 'boolean' ? 'bool' : kind} into Go value of ${what}`,
  );
}
