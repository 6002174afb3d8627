export { createPrometheusExporter } from './prometheus-exporter.ts';
export type { PrometheusExporter, PrometheusExporterOptions } from './prometheus-exporter.ts';
export type { LabelNames } from './label-names.ts';
export { registerMetrics, type MetricsRegistration, type MetricsRegistry } from './register-metrics.ts';
export { EXPORTED_GROUPS } from '../snapshot.ts';
