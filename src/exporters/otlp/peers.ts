import type * as api from '@opentelemetry/api';
import type * as apiLogs from '@opentelemetry/api-logs';
import type * as logExporter from '@opentelemetry/exporter-logs-otlp-proto';
import type * as metricExporter from '@opentelemetry/exporter-metrics-otlp-proto';
import type * as resources from '@opentelemetry/resources';
import type * as sdkLogs from '@opentelemetry/sdk-logs';
import type * as sdkMetrics from '@opentelemetry/sdk-metrics';

import { RktError } from '../../model/rkt-error.ts';

/** The packages of the OpenTelemetry SDK. They are optional: only this exporter needs them. */
export interface Peers {
  readonly api: typeof api;
  readonly apiLogs: typeof apiLogs;
  readonly sdkMetrics: typeof sdkMetrics;
  readonly sdkLogs: typeof sdkLogs;
  readonly resources: typeof resources;
  readonly metricExporter: typeof metricExporter;
  readonly logExporter: typeof logExporter;
}

/** How each of them is loaded. */
export type PeerLoaders = {
  readonly [Name in keyof Peers]: { readonly name: string; readonly load: () => Promise<Peers[Name]> };
};

const LOADERS: PeerLoaders = {
  api: { name: '@opentelemetry/api', load: () => import('@opentelemetry/api') },
  apiLogs: { name: '@opentelemetry/api-logs', load: () => import('@opentelemetry/api-logs') },
  sdkMetrics: { name: '@opentelemetry/sdk-metrics', load: () => import('@opentelemetry/sdk-metrics') },
  sdkLogs: { name: '@opentelemetry/sdk-logs', load: () => import('@opentelemetry/sdk-logs') },
  resources: { name: '@opentelemetry/resources', load: () => import('@opentelemetry/resources') },
  metricExporter: {
    name: '@opentelemetry/exporter-metrics-otlp-proto',
    load: () => import('@opentelemetry/exporter-metrics-otlp-proto'),
  },
  logExporter: {
    name: '@opentelemetry/exporter-logs-otlp-proto',
    load: () => import('@opentelemetry/exporter-logs-otlp-proto'),
  },
};

/** Loads the SDK. @throws RKT_ERR_PACKAGES, naming those that are missing and how to install them */
export async function loadPeers(loaders: PeerLoaders = LOADERS): Promise<Peers> {
  const missing: string[] = [];
  const causes: unknown[] = [];
  const loading = Object.entries(loaders).map(async ([key, { name, load }]) => {
    try {
      return [key, await load()];
    } catch (cause) {
      missing.push(name);
      causes.push(cause);
      return [key, undefined];
    }
  });
  const loaded = Object.fromEntries((await Promise.all(loading)) as [string, unknown][]);
  if (missing.length === 0) return loaded as unknown as Peers;
  const all = Object.values(loaders)
    .map(({ name }) => name)
    .join(' ');
  throw new RktError(
    'RKT_ERR_PACKAGES',
    `The OTLP exporter could not load ${missing.join(', ')}: npm install ${all}`,
    { cause: causes[0] },
  );
}
