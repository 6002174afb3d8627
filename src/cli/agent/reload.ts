import type { Logger } from '../../model/logger.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { parseAlertConfig } from '../../server/alerts/alert-rules.ts';
import { LOG_LEVELS } from '../global-options.ts';
import { reloadableOptions, type AgentConfiguration, type AgentParts } from './agent-parts.ts';
import { driverConfigOf } from '../settings.ts';
import { RELOADABLE, changedKeys } from './agent-settings.ts';
import { shownSetting } from './shown-setting.ts';

/** Settings of all commands that a running agent can change. */
const COMMON_RELOADABLE: ReadonlySet<string> = new Set([
  'logLevel',
  'volumesEnabled',
  'allowMissingIsolation',
]);

const OF_METRICS: ReadonlySet<string> = new Set([
  'labels',
  'metricsLabels',
  'metricsHosts',
  'metricsGroups',
  'intervalMs',
]);

/**
 * Reloads the configuration. Logs what has changed, and which changed settings need a restart. An invalid configuration changes nothing.
 */
export function reloader(
  { driver, server, metrics, logger }: AgentParts,
  first: AgentConfiguration,
  load: () => AgentConfiguration,
): () => void {
  let current = first;
  return () => {
    try {
      const next = load();
      parseAlertConfig(next.agent.alerts);
      if (changedKeys(current.agent, next.agent).some((key) => OF_METRICS.has(key)))
        metrics.replace(next.agent);
      // Also without a change: certificates, tokens and secrets of receivers are files, which are read again.
      server.reload(reloadableOptions(next.agent));
      if (driver.capabilities().ops.includes('setConfig')) driver.setConfig(driverConfigOf(next.common));
      const { logLevel } = next.common;
      // The message about a change of the level is logged with the one that logs more.
      if (verbosity(logLevel) > verbosity(current.common.logLevel)) logger.level = logLevel;
      logChanges(logger, { running: first, current, next });
      logger.level = logLevel;
      current = next;
    } catch (error) {
      logger.error({ error }, `Configuration not reloaded: ${reasonOf(error)}`);
    }
  };
}

interface Change {
  readonly from?: unknown;
  readonly to?: unknown;
}

/** @param running the settings that the agent was started with */
function logChanges(
  logger: Logger,
  configurations: Readonly<Record<'running' | 'current' | 'next', AgentConfiguration>>,
): void {
  const { running, current, next } = configurations;
  const needRestart = Object.keys(changesOf(running, next)).filter((key) => !isReloadable(key));
  if (needRestart.length > 0)
    logger.warn({ settings: needRestart }, 'These settings need a restart to change');
  logger.info({ changed: changesOf(current, next) }, 'Configuration reloaded');
}

/** Without secrets; a change of a secret alone is a change as well. */
function changesOf(before: AgentConfiguration, after: AgentConfiguration): Readonly<Record<string, Change>> {
  const common = changedKeys(before.common, after.common).filter((key) => key !== 'server');
  const agent = changedKeys(before.agent, after.agent);
  return Object.fromEntries([
    ...common.map((key) => [key, change(key, before.common[key], after.common[key])] as const),
    ...agent.map((key) => [`server.${key}`, change(key, before.agent[key], after.agent[key])] as const),
  ]);
}

function change(key: string, from: unknown, to: unknown): Change {
  return { from: shownSetting(from, key), to: shownSetting(to, key) };
}

function isReloadable(key: string): boolean {
  const [, member] = /^server\.(.*)$/.exec(key) ?? [];
  return member === undefined ? COMMON_RELOADABLE.has(key) : (RELOADABLE as ReadonlySet<string>).has(member);
}

/** The more, the more is logged. */
function verbosity(level: (typeof LOG_LEVELS)[number]): number {
  return -LOG_LEVELS.indexOf(level);
}
