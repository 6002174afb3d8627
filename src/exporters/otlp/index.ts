export { EXPORTED_GROUPS } from '../snapshot.ts';
export { createOtlpExporter } from './exporter.ts';
export type { OtlpExporter, OtlpExporterOptions } from './exporter.ts';
