const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Two outputs that differ in nothing but what must differ become equal. */
export function mask(text: string, context: MaskContext): string {
  return sortWhereRandom(tabs(values(text, context)));
}

/** What stands for paths of this run. */
export interface MaskContext {
  /** Real path to placeholder, longest first. */
  readonly paths: readonly (readonly [string, string])[];
}

function values(text: string, { paths }: MaskContext): string {
  let masked = text;
  for (const [path, placeholder] of paths) masked = masked.replaceAll(path, placeholder);
  return masked
    .replace(/^NODE_V8_COVERAGE=.*\n/gm, '')
    .replace(/\{"name":"NODE_V8_COVERAGE","value":"[^"]*"\},/g, '')
    .replace(/^.*: group "rkt" not found, will use default gid when rendering images\n/gm, '')
    .replaceAll('1.30.0+git171c416f-dirty', '<version>')
    .replaceAll('1.30.0+embedded', '<version>')
    .replace(UUID, '<uuid>')
    .replace(/^[0-9a-f]{8}\t/gm, '<uuid8>\t')
    .replace(/sha512-[0-9a-f]{12,}/g, 'sha512-<hex>')
    .replace(/(?!0001)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC/g, '<time>')
    .replace(/("(?:created_at|started_at|finished_at|import_time|last_used_time)": ?)\d+/g, '$1<time>')
    .replace(/\b(?:\d+ (?:second|minute)s? ago|now)(?=[\t\n])/g, '<age>')
    .replace(/^pid=\d+$/gm, 'pid=<pid>')
    .replace(/\/proc\/\d+\//g, '/proc/<pid>/')
    .replace(/\bchild \d+/g, 'child <pid>')
    .replace(/[A-Z][a-z]{2} +\d+ +(?:\d{4}|\d\d:\d\d)(?= )/g, '<date>')
    .replace(/net:\[\d+\]/g, 'net:[<inode>]')
    .replace(/\d+(\.\d+)?[KM]iB/g, '<size>')
    .replace(/("size": ?)\d+/g, '$1<size>');
}

/** How many tabs there are depends on how long the masked things were. */
function tabs(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      /^<uuid8?>\t|^UUID\t|^ID\t|^sha512-|^NAME\t/.test(line) ? line.replace(/\t+/g, '\t').trimEnd() : line,
    )
    .join('\n');
}

/** Lists are sorted by random UUIDs; variables come in random order. */
function sortWhereRandom(text: string): string {
  const lines = text.split('\n');
  if (/^<uuid8?>\t|^(gc: (pod|moving)|Garbage collecting|SHELL=)/m.test(text)) return lines.sort().join('\n');
  return sortJson(text.trim()) ?? text;
}

function sortJson(text: string): string | undefined {
  if (!/^[[{]/.test(text)) return undefined;
  const quoted = text.replace(/<(time|size)>/g, '"<$1>"');
  try {
    const value = JSON.parse(quoted, (key, entry: unknown) =>
      key === 'environment' ? sorted(entry) : entry,
    ) as unknown;
    const pods = Array.isArray(value) ? sorted(value) : value;
    return JSON.stringify(pods, undefined, text.includes('\n') ? '\t' : undefined);
  } catch {
    return undefined;
  }
}

function sorted(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return [...(value as unknown[])].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
