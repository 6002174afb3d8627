import type { Driver } from '../../driver-interface.ts';
import { watchDriver } from '../snapshot.ts';
import type { PrometheusExporterOptions } from './prometheus-exporter.ts';
import type { Family, MetricType } from './family.ts';
import type { Labels } from './label-text.ts';
import { labelOptions } from './label-options.ts';
import { createMetricTables } from './metric-tables.ts';

/** Metrics that were added to a registry. */
export interface MetricsRegistration {
  /** Removes them again, and unsubscribes from the driver. */
  close(): void;
}

/** The used part of a prom-client registry; its types are not needed to use the rest of this module. */
export interface MetricsRegistry {
  registerMetric(metric: never): void;
  getSingleMetric(name: string): unknown;
  removeSingleMetric(name: string): void;
}

/** The interface of a metric in prom-client. */
interface RegistryMetric {
  /** A registry of OpenMetrics changes it. */
  name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: 'omit';
  get(): Promise<object>;
  reset(): void;
}

/** prom-client has no type for an info, and none for an unknown type that suits both formats. */
const TYPES: Readonly<Record<MetricType, string>> = {
  counter: 'counter',
  gauge: 'gauge',
  info: 'gauge',
  summary: 'summary',
  unknown: 'gauge',
};

/**
 * Adds all metrics to a registry of prom-client, which reads the latest values whenever it is scraped.
 *
 * @throws RKT_ERR_OPTIONS for a label of another form; Error of prom-client when a name is in use
 * @example
 * registerMetrics(new Registry(), driver);
 */
export function registerMetrics(
  registry: MetricsRegistry,
  driver: Driver,
  options: PrometheusExporterOptions = {},
): MetricsRegistration {
  const tables = createMetricTables(driver, labelOptions(options), options.eachTask);
  const feed = watchDriver(driver, options);
  let version: number | undefined;
  const valuesOf = (place: number): readonly object[] => {
    if (version !== feed.version) {
      version = feed.version;
      tables.update(feed.current, undefined);
    }
    const { name } = tables.families[place] as Family<never>;
    return tables.values(place).map(({ labels, suffix, value }) => ({
      value,
      labels: present(labels),
      ...(suffix === '' ? {} : { metricName: `${name}${suffix}` }),
    }));
  };
  const close = (): void => {
    feed.close();
    for (const metric of metrics) {
      if (registry.getSingleMetric(metric.declared) === metric.metric)
        registry.removeSingleMetric(metric.declared);
    }
  };
  const metrics = tables.families.map((family, place) => ({
    declared: family.name,
    metric: registryMetric(family, () => valuesOf(place)),
  }));
  try {
    for (const { metric } of metrics) registry.registerMetric(metric as never);
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}

function registryMetric(
  { name, help, type }: Family<never>,
  values: () => readonly object[],
): RegistryMetric {
  const metric: RegistryMetric = {
    name,
    help,
    type: TYPES[type],
    aggregator: 'omit',
    get: () => Promise.resolve({ ...metric, values: values() }),
    reset: () => undefined,
  };
  return metric;
}

function present(labels: Labels): Readonly<Record<string, string>> {
  const values = Object.entries(labels).filter((each): each is [string, string] => (each[1] ?? '') !== '');
  return Object.fromEntries(values);
}
