import { pino } from 'pino';

import type { Logger } from '../model/logger.ts';
import { printable, printableJson } from '../model/printable.ts';
import { isJournal, journalPrefix } from './journal-priority.ts';
import type { Settings } from './settings.ts';

/** A log whose level can be changed. */
export interface LevelledLogger extends Logger {
  level: string;
}

/**
 * The log on stderr: JSON lines with `--json`, else lines like `rkt-streams: warn: message {"taskId":"web"}`, with a priority in
 * front for the journal of systemd.
 */
export function createLogger({ json, logLevel }: Pick<Settings, 'json' | 'logLevel'>): LevelledLogger {
  const isPrefixed = !json && isJournal();
  const write = (line: string): void =>
    void process.stderr.write(json ? jsonLine(line) : readable(line, isPrefixed));
  const options = {
    level: logLevel,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const log = pino({ ...options, serializers: { error: describe, err: describe } }, { write });
  // The level can change while the log is in use.
  function describe(error: unknown): unknown {
    return describeError(error, log.isLevelEnabled('debug'));
  }
  return log;
}

/** Stack traces are for defects: the message of an expected error, one with a code, is enough. */
function describeError(error: unknown, debug: boolean): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (debug || code === undefined) return pino.stdSerializers.err(error);
  return { code, message: error.message };
}

/** pino ends each line itself. */
function jsonLine(line: string): string {
  return `${printableJson(line.trimEnd())}\n`;
}

function readable(line: string, isPrefixed: boolean): string {
  const { level, msg, time: _time, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const more = Object.keys(fields).length === 0 ? '' : ` ${printableJson(JSON.stringify(fields))}`;
  const prefix = isPrefixed ? journalPrefix(String(level)) : '';
  return `${prefix}rkt-streams: ${String(level)}: ${printable(String(msg))}${more}\n`;
}
