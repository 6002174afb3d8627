import { resolve } from 'node:path';

import { z } from 'zod';

import { RktError } from '../../model/rkt-error.ts';
import { FIELD_GROUPS } from '../../model/field-groups.ts';
import { parseWith } from '../../model/parse.ts';
import { parseListenAddress } from '../../model/listen-address.ts';
import { agentFlagsOf, type AgentFlags } from './agent-flags.ts';
import { agentVariablesOf } from './agent-variables.ts';

/** `none`, a port, `host:port` or `[address]:port`; without a host 127.0.0.1. */
const listenAddress = z.string().transform((text, issues) => {
  if (text === 'none') return false as const;
  try {
    return parseListenAddress(text);
  } catch {
    issues.addIssue({ code: 'custom', message: 'is not host:port, a port, or none' });
    return z.NEVER;
  }
});

/** The members of `server` in the config file; some of them are also flags of `rkt-streams agent`. */
export const agentSettingsSchema = z.strictObject({
  listen: listenAddress.prefault('127.0.0.1:9477'),
  /** A path; `none` for no socket. Default: agent.sock in the data directory. */
  socket: z.string().min(1).optional(),
  /** A group that may use the socket. */
  socketGroup: z.string().min(1).optional(),
  allowRemote: z.boolean().default(false),
  requireToken: z.boolean().default(false),
  allowedHosts: z.array(z.string().min(1)).default([]),
  /** Files of a certificate and its key, in PEM; SIGHUP reads them again. */
  tls: z.strictObject({ cert: z.string().min(1), key: z.string().min(1) }).optional(),
  /** A file with more tokens; SIGHUP reads it again. Default: agent-tokens.json in the data directory, if it exists. */
  tokens: z.string().min(1).optional(),
  dashboard: z.boolean().default(true),
  /** Additional labels of tasks in /metrics. */
  labels: z.array(z.string().min(1)).default([]),
  /** The exporter whose dashboards the label names in /metrics are compatible with. */
  metricsLabels: z.enum(['cadvisor', 'docker', 'nomad']).default('cadvisor'),
  /** Additional groups of metrics to sample for /metrics and OTLP: the expensive ones. */
  metricsGroups: z.array(z.enum(FIELD_GROUPS)).default([]),
  /** Of a fleet: series of its tasks with the label `host`, or only its own, for who scrapes the hosts. */
  metricsHosts: z.enum(['label', 'none']).default('label'),
  /** How often tasks are sampled for /metrics. */
  intervalMs: z.number().int().min(100).max(3_600_000).default(1_000),
  /** The directory of the history; `none` to keep it in memory alone. Default: history in the data directory. */
  history: z.string().min(1).optional(),
  alerts: z.unknown().optional(),
  /** Where the hosts of a fleet are found; the agent then serves them instead of this machine. */
  fleet: z.string().min(1).optional(),
  /** A directory with a file for each host, or one file for all. */
  fleetTokens: z.string().min(1).optional(),
  /** The base URL of an OpenTelemetry collector. */
  otlp: z.url().optional(),
});

export type AgentSettings = z.output<typeof agentSettingsSchema>;

/** Settings that SIGHUP reloads; all others need a restart. */
export const RELOADABLE: ReadonlySet<keyof AgentSettings> = new Set([
  'requireToken',
  'allowedHosts',
  'tls',
  'alerts',
  'labels',
  'metricsLabels',
  'metricsHosts',
  'metricsGroups',
  'intervalMs',
]);

/** Merges flag over variable over config file over default. @throws RKT_ERR_OPTIONS */
export function agentSettings(
  file: Readonly<Record<string, unknown>>,
  flags: AgentFlags,
  cwd: string,
  env: Readonly<Record<string, string | undefined>> = {},
): AgentSettings {
  const input = { ...file, ...agentVariablesOf(env), ...agentFlagsOf(flags) };
  const settings = parseWith(agentSettingsSchema, input, { what: 'server', code: 'RKT_ERR_OPTIONS' });
  if (settings.listen === false && settings.socket === 'none') {
    throw new RktError('RKT_ERR_OPTIONS', 'An agent needs --listen or --socket; both are none');
  }
  const absolute = (path: string): string => (path === 'none' ? path : resolve(cwd, path));
  return {
    ...settings,
    ...(settings.socket === undefined ? {} : { socket: absolute(settings.socket) }),
    ...(settings.history === undefined ? {} : { history: absolute(settings.history) }),
    ...(settings.tokens !== undefined && { tokens: absolute(settings.tokens) }),
    ...(settings.tls !== undefined && {
      tls: { cert: absolute(settings.tls.cert), key: absolute(settings.tls.key) },
    }),
    ...(settings.fleetTokens === undefined ? {} : { fleetTokens: resolve(cwd, settings.fleetTokens) }),
  };
}

/** Names of the settings that differ. */
export function changedKeys<T extends object>(before: T, after: T): readonly (keyof T)[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof T>;
  return [...keys].filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
}
