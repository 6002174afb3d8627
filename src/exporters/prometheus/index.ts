export { createPrometheusExporter } from './exporter.ts';
export type { PrometheusExporter, PrometheusExporterOptions } from './exporter.ts';
export type { LabelNames } from './label-names.ts';
export { registerMetrics, type MetricsRegistration, type MetricsRegistry } from './register-metrics.ts';
export { EXPORTED_GROUPS } from '../snapshot.ts';
