import { defaultDataDir } from '../model/default-directories.ts';
import { LOG_LEVELS } from './global-options.ts';
import type { Settings } from './settings.ts';
import type { FoundSettings } from './settings-sources.ts';

/** What a command that an agent answers needs to know. */
export type PlainSettings = Pick<Settings, 'agent' | 'host' | 'json' | 'logLevel'> & {
  readonly dataDir: string;
};

const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  agent: isBoolean,
  host: (value) => typeof value === 'string' && value !== '',
  json: isBoolean,
  logLevel: (value) => LOG_LEVELS.some((level) => level === value),
  // Only the agent parses it.
  server: (value) => typeof value === 'object' && value !== null,
  dataDir: (value) => typeof value === 'string' && value.startsWith('/') && !value.includes('\0'),
};

/** The settings, when none was given that a schema has to check: loading the schemas takes longer than asking an agent. */
export function plainSettings(found: FoundSettings): PlainSettings | undefined {
  const given = [...found].map(([key, { value }]) => [key, value] as const);
  if (!given.every(([key, value]) => CHECKS[key]?.(value) === true)) return undefined;
  const defaults = { agent: true, json: false, logLevel: 'warn', dataDir: defaultDataDir() } as const;
  return { ...defaults, ...Object.fromEntries(given) };
}
