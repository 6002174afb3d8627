import { join } from 'node:path';

import type { Driver } from '../../driver-interface.ts';
import type { PrometheusExporter } from '../../exporters/prometheus/index.ts';
import type { Logger } from '../../model/logger.ts';
import type { AlertConfigInput, ReloadableOptions, Server, ServerOptions } from '../../server/index.ts';
import type { LevelledLogger } from '../log.ts';
import type { Settings } from '../settings.ts';
import type { AgentSettings } from './agent-settings.ts';

/** All settings of an agent: those of every command, and its own. */
export interface AgentConfiguration {
  readonly common: Settings;
  readonly agent: AgentSettings;
  /** The config file; undefined without one. */
  readonly path: string | undefined;
}

/** The parts of an agent. */
export interface AgentParts {
  readonly driver: Driver;
  readonly server: Server;
  readonly metrics: MetricsSource;
  readonly logger: LevelledLogger;
}

/** The exporter behind /metrics, which a reload replaces. */
export interface MetricsSource {
  readonly render: (accept?: string) => ReturnType<PrometheusExporter['render']>;
  /**
   * Replaces the exporter by one with other labels or another interval. @throws RKT_ERR_OPTIONS, and then nothing has
   * changed
   */
  replace(settings: AgentSettings): void;
  readonly close: () => void;
}

/** Sends metrics and events to the collector of the settings, if there is one, until the returned function is called. */
export async function startOtlp(
  driver: Driver,
  { otlp: url, metricsGroups }: AgentSettings,
  logger: Logger,
): Promise<() => Promise<void>> {
  if (url === undefined) return () => Promise.resolve();
  const { EXPORTED_GROUPS, createOtlpExporter } = await import('../../exporters/otlp/index.ts');
  const otlp = await createOtlpExporter(driver, {
    url,
    groups: [...EXPORTED_GROUPS, ...metricsGroups],
    logger,
  });
  return () => otlp.close();
}

export async function metricsSource(
  driver: Driver,
  settings: AgentSettings,
  logger: Logger,
): Promise<MetricsSource> {
  const { EXPORTED_GROUPS, createPrometheusExporter } = await import('../../exporters/prometheus/index.ts');
  const make = ({
    labels,
    metricsLabels: labelNames,
    metricsGroups,
    metricsHosts,
    intervalMs,
  }: AgentSettings): PrometheusExporter =>
    createPrometheusExporter(driver, {
      ...{ labels, labelNames, intervalMs, logger, eachTask: metricsHosts === 'label' },
      groups: [...EXPORTED_GROUPS, ...metricsGroups],
    });
  let exporter = make(settings);
  return {
    render: (accept) => exporter.render(accept),
    replace(changed) {
      const next = make(changed);
      exporter.close();
      exporter = next;
    },
    close: () => exporter.close(),
  };
}

export function reloadableOptions({
  requireToken,
  allowedHosts,
  alerts,
  tls,
}: AgentSettings): ReloadableOptions {
  // The server checks the rules.
  return {
    requireToken,
    allowedHosts,
    ...(tls !== undefined && { tls }),
    ...(alerts !== undefined && { alerts: alerts as AlertConfigInput }),
  };
}

/** The options of the server. */
export function serverOptions(settings: AgentSettings, dataDir: string): ServerOptions {
  const { listen, socket, socketGroup, allowRemote, tokens, dashboard } = settings;
  const { history = join(dataDir, 'history') } = settings;
  return {
    ...reloadableOptions(settings),
    dataDir,
    listen,
    allowRemote,
    dashboard,
    ...(tokens !== undefined && { tokensFile: tokens }),
    ...(socketGroup !== undefined && { socketGroup }),
    ...(history !== 'none' && {
      historyFile: join(history, 'agent.rec'),
      alertsFile: join(history, 'alerts.rec'),
    }),
    ...(socket === undefined ? {} : { socketPath: socket === 'none' ? false : socket }),
  };
}
