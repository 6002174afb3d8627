import { pino } from 'pino';

import type { Logger } from '../model/logger.ts';
import { printable, printableJson } from '../model/printable.ts';
import type { Settings } from './settings.ts';

/** A log whose level can be changed. */
export interface LevelledLogger extends Logger {
  level: string;
}

/** The log on stderr: JSON lines with `--json`, else lines like `rkt-streams: warn: message {"taskId":"web"}`. */
export function createLogger({ json, logLevel }: Pick<Settings, 'json' | 'logLevel'>): LevelledLogger {
  const write = (line: string): void => void process.stderr.write(json ? jsonLine(line) : readable(line));
  const options = {
    level: logLevel,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.err },
  };
  return pino(options, { write });
}

/** pino ends each line itself. */
function jsonLine(line: string): string {
  return `${printableJson(line.trimEnd())}\n`;
}

function readable(line: string): string {
  const { level, msg, time: _time, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const more = Object.keys(fields).length === 0 ? '' : ` ${printableJson(JSON.stringify(fields))}`;
  return `rkt-streams: ${String(level)}: ${printable(String(msg))}${more}\n`;
}
