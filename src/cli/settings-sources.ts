import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { RktError } from '../model/rkt-error.ts';
import { reasonOf } from '../model/reason-of.ts';
import { parseJsonc } from './jsonc-file.ts';
import { GLOBAL_OPTIONS, flagOf, variableOf, type GlobalOption, type OptionKind } from './global-options.ts';

/** The value of `--config` for no file at all. */
const NO_FILE = 'none';

export interface SettingSources {
  /** What the command line gave, by key; `config` is the file. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths of flags and variables start here; those of the config file in its own directory. */
  readonly cwd: string;
  /** The file where neither flag nor variable names one. */
  readonly defaultConfig?: string | undefined;
}

/** Where a setting was given. */
export type SettingSource = 'flag' | 'variable' | 'file';

/** A setting that was given. */
export interface FoundSetting {
  readonly value: unknown;
  readonly source: SettingSource;
  /** Where the value was written, for the message about a bad one. */
  readonly origin: string;
}

export type FoundSettings = ReadonlyMap<string, FoundSetting>;

/**
 * Merges flag over variable over file, as they were written.
 *
 * @throws RKT_ERR_OPTIONS when the config file cannot be read
 */
export function findSettings(sources: SettingSources): FoundSettings {
  const { flags, env, cwd } = sources;
  const file = readConfig(configPath(sources));
  const found = new Map<string, FoundSetting>(Object.entries(file));
  for (const option of GLOBAL_OPTIONS) {
    const variable = present(env[variableOf(option.key)]);
    if (variable !== undefined) {
      found.set(option.key, {
        value: valueOf(option, variable, cwd),
        source: 'variable',
        origin: variableOf(option.key),
      });
    }
    const flag = flags[option.key];
    if (flag !== undefined) {
      found.set(option.key, {
        value: valueOf(option, flag, cwd),
        source: 'flag',
        origin: flagOf(option.key),
      });
    }
  }
  return found;
}

/** The config file: that of the flag, of the variable, or the default; undefined without one, and for `none`. */
export function configPath({ flags, env, cwd, defaultConfig }: SettingSources): string | undefined {
  const name = flags['config'] ?? present(env['RKT_STREAMS_CONFIG']);
  if (name === NO_FILE) return undefined;
  return typeof name === 'string' ? resolve(cwd, name) : defaultConfig;
}

function readConfig(path: string | undefined): Readonly<Record<string, FoundSetting>> {
  if (path === undefined) return {};
  const entries = Object.entries(readObject(path));
  return Object.fromEntries(
    entries.map(([key, raw]) => {
      const option = GLOBAL_OPTIONS.find((known) => known.key === key);
      const isPath = option?.kind === 'path';
      const value = isPath ? valueOf(option, raw, dirname(path)) : raw;
      return [key, { value, source: 'file', origin: `${key} in ${path}` }];
    }),
  );
}

function readObject(path: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(parseJsonc(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new RktError('RKT_ERR_OPTIONS', `The config file ${path} cannot be read: ${reasonOf(cause)}`);
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new TypeError('it does not contain a JSON object');
}

/** An empty variable counts as one that is not set. */
function present(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

const TRUTH = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['no', false],
]);

/** What the text stands for; text that stands for nothing is left as it is, for the schema to refuse. */
const CONVERTERS: Readonly<Record<OptionKind, (text: string, base: string) => unknown>> = {
  text: (text) => text,
  path: (text, base) => (text === '' ? text : resolve(base, text)),
  number: (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text),
  boolean: (text) => TRUTH.get(text.toLowerCase()) ?? text,
};

function valueOf({ kind }: GlobalOption, raw: unknown, base: string): unknown {
  return typeof raw === 'string' ? CONVERTERS[kind](raw, base) : raw;
}
