import { reasonOf } from '../../model/reason-of.ts';
import { reloadableOptions, type AgentConfiguration, type AgentParts } from './agent-parts.ts';
import { driverConfigOf } from '../settings.ts';
import { RELOADABLE, changedKeys } from './agent-settings.ts';

/** Settings of all commands that a running agent can change. */
const COMMON_RELOADABLE: ReadonlySet<string> = new Set([
  'logLevel',
  'volumesEnabled',
  'allowMissingIsolation',
  'server',
]);

/**
 * Reloads the configuration. Reports changed settings that need a restart. An invalid configuration changes nothing.
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
      const common = changedKeys(current.common, next.common);
      const agent = changedKeys(current.agent, next.agent);
      if (
        agent.some((key) =>
          ['labels', 'metricsLabels', 'metricsHosts', 'metricsGroups', 'intervalMs'].includes(key),
        )
      )
        metrics.replace(next.agent);
      // Also without a change: certificates and secrets of receivers are files, which are read again.
      server.reload(reloadableOptions(next.agent));
      if (driver.capabilities().ops.includes('setConfig')) driver.setConfig(driverConfigOf(next.common));
      logger.level = next.common.logLevel;
      const fixed = [
        ...common.filter((key) => !COMMON_RELOADABLE.has(key)),
        ...agent.filter((key) => !RELOADABLE.has(key)).map((key) => `server.${key}`),
      ];
      if (fixed.length > 0) logger.warn({ settings: fixed }, 'These settings need a restart to change');
      logger.info({ changed: [...common, ...agent] }, 'Configuration reloaded');
      current = next;
    } catch (error) {
      logger.error({ error }, `Configuration not reloaded: ${reasonOf(error)}`);
    }
  };
}
