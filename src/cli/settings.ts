import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { z } from 'zod';

import type { DriverOptions } from '../driver-interface.ts';
import type { DriverConfigInput } from '../model/driver-config.ts';
import { driverOptionsSchema } from '../model/driver-options.ts';
import { RktError } from '../model/rkt-error.ts';
import { jsonFault } from '../model/json-fault.ts';
import { shownValue } from '../model/parse.ts';
import { reasonOf } from '../model/reason-of.ts';
import { plainIssues } from '../model/plain-issues.ts';
import {
  GLOBAL_OPTIONS,
  LOG_LEVELS,
  flagOf,
  variableOf,
  type GlobalOption,
  type OptionKind,
} from './global-options.ts';

/** All settings of flags, environment and config file that are common to all commands. */
export const settingsSchema = driverOptionsSchema.omit({ publisher: true }).extend({
  agent: z.boolean().default(true),
  json: z.boolean().default(false),
  logLevel: z.enum(LOG_LEVELS).default('warn'),
  volumesEnabled: z.boolean().default(true),
  allowMissingIsolation: z.boolean().default(false),
  /** Only for `rkt-streams agent`, which parses it further. */
  server: z.record(z.string(), z.unknown()).default({}),
});

export type Settings = z.output<typeof settingsSchema>;

export interface SettingSources {
  /** The flags of the command line, by key; `config` is the file. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Base of relative paths in flags and variables; those of the config file start in its directory. */
  readonly cwd: string;
}

interface Found {
  readonly value: unknown;
  /** Where the value was set, for the message about an invalid one. */
  readonly origin: string;
}

/** Merges flag over variable over file over default. @throws RKT_ERR_OPTIONS naming where the bad value came from */
export function loadSettings({ flags, env, cwd }: SettingSources): Settings {
  const file = readConfig(flags['config'] ?? present(env['RKT_STREAMS_CONFIG']), cwd);
  const found = new Map<string, Found>(Object.entries(file));
  for (const option of GLOBAL_OPTIONS) {
    const variable = present(env[variableOf(option.key)]);
    if (variable !== undefined) {
      found.set(option.key, { value: valueOf(option, variable, cwd), origin: variableOf(option.key) });
    }
    const flag = flags[option.key];
    if (flag !== undefined) {
      found.set(option.key, { value: valueOf(option, flag, cwd), origin: flagOf(option.key) });
    }
  }
  return parseFound(found);
}

/** The settings for createDriver. */
export function driverOptionsOf(settings: Settings): DriverOptions {
  const {
    agent: _agent,
    json: _json,
    logLevel: _level,
    volumesEnabled: _volumes,
    allowMissingIsolation: _isolation,
    server: _server,
    ...options
  } = settings;
  return options;
}

/** The settings for setConfig. */
export function driverConfigOf({ volumesEnabled, allowMissingIsolation }: Settings): DriverConfigInput {
  return { volumes_enabled: volumesEnabled, allow_missing_isolation: allowMissingIsolation };
}

function parseFound(found: ReadonlyMap<string, Found>): Settings {
  const input = Object.fromEntries([...found].map(([key, { value }]) => [key, value]));
  const result = settingsSchema.safeParse(input);
  if (result.success) return result.data;
  const problems = plainIssues(result.error.issues).map((issue) => {
    const key = String(issue.code === 'unrecognized_keys' ? issue.keys[0] : issue.path[0]);
    const { origin } = found.get(key) ?? { origin: key };
    if (issue.code === 'unrecognized_keys') return `${origin}: unknown setting`;
    return `${origin}: ${issue.message} (got ${shownValue(input, issue.path)})`;
  });
  throw new RktError('RKT_ERR_OPTIONS', problems.join('; '));
}

function readConfig(name: unknown, cwd: string): Readonly<Record<string, Found>> {
  if (typeof name !== 'string') return {};
  const path = resolve(cwd, name);
  const entries = Object.entries(readObject(path));
  return Object.fromEntries(
    entries.map(([key, raw]) => {
      const option = GLOBAL_OPTIONS.find((known) => known.key === key);
      const isPath = option?.kind === 'path';
      const value = isPath ? valueOf(option, raw, dirname(path)) : raw;
      return [key, { value, origin: `${key} in ${path}` }];
    }),
  );
}

function readObject(path: string): Readonly<Record<string, unknown>> {
  try {
    return z.looseObject({}).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? 'it does not contain a JSON object' : whyUnreadable(cause);
    throw new RktError('RKT_ERR_OPTIONS', `The config file ${path} cannot be read: ${why}`);
  }
}

/** Without quoting the file, which can contain tokens: Node quotes the text around a fault of JSON. */
function whyUnreadable(error: unknown): string {
  return error instanceof SyntaxError ? jsonFault(error) : reasonOf(error);
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

/** The value of the text; invalid text is kept, for the schema to reject. */
const CONVERTERS: Readonly<Record<OptionKind, (text: string, base: string) => unknown>> = {
  text: (text) => text,
  path: (text, base) => (text === '' ? text : resolve(base, text)),
  number: (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text),
  boolean: (text) => TRUTH.get(text.toLowerCase()) ?? text,
};

function valueOf({ kind }: GlobalOption, raw: unknown, base: string): unknown {
  return typeof raw === 'string' ? CONVERTERS[kind](raw, base) : raw;
}
