import { RktError } from '../../model/errors.ts';

/** How each package of the OpenTelemetry SDK is loaded. They are optional: only this exporter needs them. */
const LOADERS = {
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

export type PeerLoaders = typeof LOADERS;
export type Peers = { readonly [Name in keyof PeerLoaders]: Awaited<ReturnType<PeerLoaders[Name]['load']>> };

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
  if (missing.length === 0) return loaded as Peers;
  const all = Object.values(loaders)
    .map(({ name }) => name)
    .join(' ');
  throw new RktError(
    'RKT_ERR_PACKAGES',
    `The OTLP exporter could not load ${missing.join(', ')}: npm install ${all}`,
    { cause: causes[0] },
  );
}
