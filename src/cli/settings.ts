import { z } from 'zod';

import type { DriverOptions } from '../driver-interface.ts';
import type { DriverConfigInput } from '../model/driver-config.ts';
import { driverOptionsSchema } from '../model/driver-options.ts';
import { RktError } from '../model/rkt-error.ts';
import { shownValue } from '../model/parse.ts';
import { plainIssues } from '../model/plain-issues.ts';
import { LOG_LEVELS } from './global-options.ts';
import { findSettings, type FoundSettings, type SettingSources } from './settings-sources.ts';

/** All settings of flags, environment and config file that are common to all commands. */
export const settingsSchema = driverOptionsSchema.omit({ publisher: true }).extend({
  agent: z.boolean().default(true),
  /** A URL, a context, or `local`. */
  host: z.string().min(1).optional(),
  /** A file of certificates in PEM. */
  tlsCa: z.string().min(1).optional(),
  json: z.boolean().default(false),
  logLevel: z.enum(LOG_LEVELS).default('warn'),
  volumesEnabled: z.boolean().default(true),
  allowMissingIsolation: z.boolean().default(false),
  /** Only for `rkt-streams agent`, which parses it further. */
  server: z.record(z.string(), z.unknown()).default({}),
});

export type Settings = z.output<typeof settingsSchema>;

/** The settings that were given, with the defaults. @throws RKT_ERR_OPTIONS naming where the bad value came from */
export function loadSettings(sources: SettingSources): Settings {
  return parseFound(findSettings(sources));
}

/** The settings for createDriver. */
export function driverOptionsOf(settings: Settings): DriverOptions {
  const {
    agent: _agent,
    host: _host,
    tlsCa: _tlsCa,
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

function parseFound(found: FoundSettings): Settings {
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
