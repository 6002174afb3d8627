import { pino } from 'pino';

import type { Logger } from '../model/logger.ts';

export const HCLOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type HclogLevel = (typeof HCLOG_LEVELS)[number];

export interface HclogOptions {
  /** The host filters by its own level, so a plugin logs everything. Default `debug`. */
  readonly level?: HclogLevel;
  /** Writes one line with its line break. */
  readonly write: (line: string) => void;
  readonly now?: () => number;
}

/** The host cuts longer lines in pieces, which are no JSON any more. */
const LINE_BYTES = 64 * 1024;
/** What may be left of a value in a line that was too long. */
const VALUE_CHARS = 2048;

/**
 * A logger that writes what a go-plugin host makes records of its own log from: a JSON object a line, with `@level`,
 * `@message` and `@timestamp` as strings. A Nomad agent ends with a panic when one of the three is anything else, so no
 * field gets such a name.
 *
 * @example
 * const logger = createHclog({ level: 'info', write: (line) => process.stderr.write(line) });
 */
export function createHclog({ level = 'debug', write, now = Date.now }: HclogOptions): Logger {
  const log = pino(
    {
      level,
      base: { '@module': 'rkt-streams' },
      messageKey: '@message',
      timestamp: () => `,"@timestamp":"${microseconds(now())}"`,
      formatters: {
        level: (label: string) => ({ '@level': label }),
        log: (fields: object) => Object.fromEntries(Object.entries(fields).flatMap(plainPairs)),
      },
    },
    { write: (line: string) => write(Buffer.byteLength(line) < LINE_BYTES ? line : shortened(line)) },
  );
  return {
    debug: (fields: object, message: unknown) => log.debug(fields, String(message)),
    info: (fields: object, message: unknown) => log.info(fields, String(message)),
    warn: (fields: object, message: unknown) => log.warn(fields, String(message)),
    error: (fields: object, message: unknown) => log.error(fields, String(message)),
  };
}

/** RFC 3339 with the six digits that the host asks for; toISOString has three. */
function microseconds(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('Z', '000Z');
}

/** An error becomes what it says: the host would print its members like a Go map. */
function plainPairs([name, value]: [string, unknown]): [string, unknown][] {
  const key = name.replace(/^@+/, '') || 'field';
  if (!(value instanceof Error)) return [[key, value]];
  const code: unknown = 'code' in value ? value.code : undefined;
  return [[key, value.message], ...(code === undefined ? [] : [[`${key}_code`, code] as [string, unknown]])];
}

function shortened(line: string): string {
  const fields = Object.entries(JSON.parse(line) as Record<string, unknown>);
  const short = fields.map(([key, value]) => [key, cut(value)] as const);
  const text = stringifyLine(short);
  if (Buffer.byteLength(text) < LINE_BYTES) return text;
  return stringifyLine(short.filter(([key]) => key.startsWith('@')));
}

function stringifyLine(fields: readonly (readonly [string, unknown])[]): string {
  return `${JSON.stringify({ ...Object.fromEntries(fields), shortened: true })}\n`;
}

function cut(value: unknown): unknown {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= VALUE_CHARS ? value : `${text.slice(0, VALUE_CHARS)}…`;
}
