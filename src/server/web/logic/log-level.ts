export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const WORDS: Readonly<Record<string, LogLevel>> = {
  trace: 'trace',
  trc: 'trace',
  verbose: 'debug',
  debug: 'debug',
  dbg: 'debug',
  info: 'info',
  inf: 'info',
  information: 'info',
  notice: 'info',
  warn: 'warn',
  wrn: 'warn',
  warning: 'warn',
  error: 'error',
  err: 'error',
  eror: 'error',
  fatal: 'error',
  critical: 'error',
  crit: 'error',
  alert: 'error',
  emerg: 'error',
  emergency: 'error',
  panic: 'error',
  severe: 'error',
};
const NAMES = Object.keys(WORDS)
  .sort((one, other) => other.length - one.length)
  .join('|');
/** `"level":"warn"`, `level=warn`, `lvl: WARN`, `severity="ERROR"`. */
const KEYED = new RegExp(`\\b(?:level|lvl|severity|loglevel)"?\\s*[:=]\\s*"?(${NAMES})\\b`, 'i');
/** `"level":50`, as pino writes it. */
const NUMBERED = /"level"\s*:\s*(\d+)/;
/** `[error]`, `<warn>`, `(INFO)`, anywhere near the begin. */
const BRACKETED = new RegExp(`^.{0,80}?[[<(](${NAMES})[\\]>):]`, 'i');
/** `ERROR:`, `2026-11-27 10:00:00,123 WARN main -`: a word in capitals, or one before a colon at the begin. */
const CAPITALS = new RegExp(`^.{0,60}?(?:^|[\\s|])(${NAMES.toUpperCase()})(?=[\\s:|]|$)`);
const PREFIX = new RegExp(`^(?:\\S+: )?(${NAMES}): `, 'i');
/** `E1127 17:41:44.123456`, as klog writes it. */
const KLOG = /^([IWEF])\d{4} \d\d:\d\d:\d\d/;
const KLOG_LEVELS: Readonly<Record<string, LogLevel>> = { I: 'info', W: 'warn', E: 'error', F: 'error' };

/** The level that a line names in one of the usual forms; undefined when it names none. */
export function levelOf(text: string): LogLevel | undefined {
  const klog = KLOG.exec(text)?.[1];
  if (klog !== undefined) return KLOG_LEVELS[klog];
  const word = [KEYED, BRACKETED, CAPITALS, PREFIX].map((form) => form.exec(text)?.[1]).find(Boolean);
  if (word !== undefined) return WORDS[word.toLowerCase()];
  const number = NUMBERED.exec(text)?.[1];
  return number === undefined ? undefined : ofNumber(Number(number));
}

function ofNumber(level: number): LogLevel {
  if (level >= 50) return 'error';
  if (level >= 40) return 'warn';
  if (level >= 30) return 'info';
  return level >= 20 ? 'debug' : 'trace';
}

/** At least as severe as the other one. */
export function isAtLeast(level: LogLevel | undefined, least: LogLevel): boolean {
  return level !== undefined && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
}
