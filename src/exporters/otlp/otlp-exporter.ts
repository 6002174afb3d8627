import { hostname } from 'node:os';

import type { LoggerProvider } from '@opentelemetry/sdk-logs';
import type { MeterProvider } from '@opentelemetry/sdk-metrics';

import type { Driver } from '../../driver-interface.ts';
import { silentLogger, type Logger } from '../../model/logger.ts';
import { watchDriver, type WatchOptions } from '../snapshot.ts';
import { logRecord } from './log-records.ts';
import { createMetricProducer, type ProducerDeps } from './metric-producer.ts';
import { loadPeers, type Peers } from './peers.ts';
import { ATTRIBUTE } from './semantic-names.ts';

export interface OtlpExporterOptions extends Omit<WatchOptions, 'intervalMs'> {
  /** Of the collector, without `/v1/metrics`; the SDK's own default (OTEL_EXPORTER_OTLP_ENDPOINT, localhost:4318) else. */
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The interval of exports and of the sampling for them; 10 000 by default. */
  readonly intervalMs?: number;
  /** Of one sending; 10 000 by default. */
  readonly timeoutMs?: number;
  /** Attributes of this service and machine besides `service.name`, `service.version` and `host.name`. */
  readonly resource?: Readonly<Record<string, string>>;
}

export interface OtlpExporter {
  /** Sends what was not sent yet, and unsubscribes from the driver. */
  close(): Promise<void>;
}

const DEFAULT_INTERVAL_MS = 10_000;
const DEFAULT_TIMEOUT_MS = 10_000;
const NEVER_TOO_MANY = 1_000_000;

/**
 * Sends metrics of tasks, and their events as log records, to a collector, by OTLP over HTTP.
 *
 * A failed export is logged once until one succeeds again; nothing waits for it.
 *
 * @throws RKT_ERR_PACKAGES when packages of the OpenTelemetry SDK are not installed
 * @example
 * const exporter = await createOtlpExporter(driver, { intervalMs: 15_000 });
 * await exporter.close();
 */
export async function createOtlpExporter(
  driver: Driver,
  options: OtlpExporterOptions = {},
): Promise<OtlpExporter> {
  const peers = await loadPeers();
  const { intervalMs = DEFAULT_INTERVAL_MS, logger = silentLogger } = options;
  const feed = watchDriver(driver, { ...options, intervalMs });
  const metrics = createMeterProvider({ driver, feed, peers, beganAtMs: Date.now() }, options, intervalMs);
  const logs = createLoggerProvider(driver, peers, options);
  const log = logs.getLogger('rkt-streams', driver.pluginInfo().pluginVersion);
  const events = driver.taskEvents().subscribe({
    next: (event) => log.emit(logRecord(event, peers.apiLogs.SeverityNumber)),
    error: (error: unknown) =>
      logger.warn({ err: error }, 'OTLP: the events of tasks are no longer exported'),
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    events.unsubscribe();
    const results = await Promise.allSettled([metrics.shutdown(), logs.shutdown()]);
    feed.close();
    for (const result of results)
      if (result.status === 'rejected')
        logger.warn({ err: result.reason as unknown }, 'OTLP: the last export failed');
  };
  return { close: () => (closing ??= close()) };
}

function createMeterProvider(
  deps: ProducerDeps,
  options: OtlpExporterOptions,
  intervalMs: number,
): MeterProvider {
  const { sdkMetrics, metricExporter } = deps.peers;
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const exporter = new metricExporter.OTLPMetricExporter(exporterConfig(options, 'metrics'));
  const reader = new sdkMetrics.PeriodicExportingMetricReader({
    exporter: reporting(exporter, options.logger, 'metrics'),
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: Math.min(intervalMs, timeoutMs),
    cardinalityLimits: { default: NEVER_TOO_MANY },
    metricProducers: [createMetricProducer(deps)],
  });
  return new sdkMetrics.MeterProvider({
    resource: resourceOf(deps.driver, deps.peers, options),
    readers: [reader],
  });
}

function createLoggerProvider(driver: Driver, peers: Peers, options: OtlpExporterOptions): LoggerProvider {
  const exporter = new peers.logExporter.OTLPLogExporter(exporterConfig(options, 'logs'));
  const processor = new peers.sdkLogs.BatchLogRecordProcessor({
    exporter: reporting(exporter, options.logger, 'logs'),
    scheduledDelayMillis: 1_000,
  });
  return new peers.sdkLogs.LoggerProvider({
    resource: resourceOf(driver, peers, options),
    processors: [processor],
  });
}

function exporterConfig(
  { url, headers, timeoutMs = DEFAULT_TIMEOUT_MS }: OtlpExporterOptions,
  signal: 'metrics' | 'logs',
): { url?: string; headers?: Record<string, string>; timeoutMillis: number } {
  return {
    ...(url === undefined ? {} : { url: `${url.replace(/\/+$/, '')}/v1/${signal}` }),
    ...(headers === undefined ? {} : { headers: { ...headers } }),
    timeoutMillis: timeoutMs,
  };
}

function resourceOf(
  driver: Driver,
  { resources }: Peers,
  { resource = {} }: OtlpExporterOptions,
): ReturnType<Peers['resources']['resourceFromAttributes']> {
  return resources.defaultResource().merge(
    resources.resourceFromAttributes({
      [ATTRIBUTE.serviceName]: 'rkt-streams',
      [ATTRIBUTE.serviceVersion]: driver.pluginInfo().pluginVersion,
      [ATTRIBUTE.hostName]: hostname(),
      ...resource,
    }),
  );
}

interface Exporting<Batch> {
  export(batch: Batch, done: (result: { readonly code: number; readonly error?: Error }) => void): void;
}

/** Logs when an exporter starts to fail; the SDK does not report that. */
function reporting<Batch, Exporter extends Exporting<Batch>>(
  exporter: Exporter & Exporting<Batch>,
  logger: Logger = silentLogger,
  what: string,
): Exporter {
  const send = exporter.export.bind(exporter);
  let isFailing = false;
  exporter.export = (batch, done) => {
    send(batch, (result) => {
      const fails = result.code !== 0;
      if (fails && !isFailing) logger.warn({ err: result.error }, `OTLP: ${what} could not be sent`);
      isFailing = fails;
      done(result);
    });
  };
  return exporter;
}
