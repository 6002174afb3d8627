import { InvalidArgumentError } from 'commander';

import { parseCpuList } from '../model/cpu-list.ts';
import { parseRestart, type RestartInput } from '../model/restart-policy.ts';
import { signalName, signalNumber } from '../model/signals.ts';
import { parseSizeBytes } from '../model/size.ts';

/** Parsers for the values of flags. Each throws an InvalidArgumentError, which the command line reports with the flag. */

/** What docker writes in small letters, in its powers of 1024; `k` is 1000 here as everywhere else. */
const DOCKER_UNITS: Readonly<Record<string, string>> = { b: '', m: 'Mi', g: 'Gi' };

/** `64M` = 64 000 000, `64Mi` = `64m` = 67 108 864; a plain number is bytes. */
export function sizeBytes(text: string): number {
  const bytes = parseSizeBytes(text.replace(/(?<=\d)[bmg]$/, (unit) => DOCKER_UNITS[unit] ?? unit));
  if (bytes === undefined) {
    throw new InvalidArgumentError('A size is a number with one of the units k, M, G, Ki, Mi, Gi, m, g.');
  }
  return bytes;
}

const DURATION_UNITS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** `500ms`, `10s`, `2m`, `1h`; a plain number is in the unit given. */
export function durationMs(plainUnit: 'ms' | 's'): (text: string) => number {
  return (text) => {
    const { number = '', unit = '' } = /^(?<number>\d+(\.\d+)?)(?<unit>[a-z]*)$/.exec(text)?.groups ?? {};
    const factor = DURATION_UNITS.get(unit === '' ? plainUnit : unit);
    if (number === '' || factor === undefined) {
      throw new InvalidArgumentError(`A duration is a number of ${plainUnit}, or one with ms, s, m or h.`);
    }
    return Math.round(Number(number) * factor);
  };
}

/** A whole number above 0. */
export function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is not a positive integer.');
  return Number(text);
}

/** A number of cores above 0, as 0.5 or 2; a quota has 1 ms at least. */
export function cores(text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0.01 && value <= 8_192) return value;
  throw new InvalidArgumentError('It is a number of cores from 0.01, as in 1.5.');
}

/** A whole number above 0; -1 and 0 are no limit, as with docker. */
export function pidsLimit(text: string): number | undefined {
  return text === '-1' || text === '0' ? undefined : count(text);
}

/** `on-failure:3` and the like; undefined for `no`. */
export function restartPolicy(text: string): RestartInput | undefined {
  const policy = parseRestart(text);
  if (policy === undefined) {
    throw new InvalidArgumentError('It is no, on-failure, on-failure:N, always or unless-stopped.');
  }
  return policy === 'no' ? undefined : policy;
}

/** The number of a group, or several separated by commas. */
export function groupIds(text: string, before: readonly number[] = []): readonly number[] {
  const ids = text.split(',');
  if (!ids.every((id) => /^\d{1,10}$/.test(id)))
    throw new InvalidArgumentError('rkt takes only the numbers of supplementary groups.');
  return [...before, ...ids.map(Number)];
}

/** `0-1,3`: numbers of cores, and ranges of them. */
export function cpuList(text: string): string {
  if (parseCpuList(text) !== undefined) return text;
  throw new InvalidArgumentError('A list is numbers and ranges separated by commas, as in 0-1,3.');
}

/** `SIGTERM`, `term` and `15` are all SIGTERM. */
export function signal(text: string): NodeJS.Signals {
  const number = /^\d+$/.test(text) ? Number(text) : signalNumber(text);
  const name = number === undefined ? undefined : signalName(number);
  if (name === undefined) throw new InvalidArgumentError('Unknown signal.');
  return name;
}

/** For an option that may be given several times. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** The same, for values that may also be separated by commas. */
export function collectList(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(',').filter((part) => part !== '')];
}
