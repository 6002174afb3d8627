export { EXPORTED_GROUPS } from '../snapshot.ts';
export { createOtlpExporter } from './otlp-exporter.ts';
export type { OtlpExporter, OtlpExporterOptions } from './otlp-exporter.ts';
