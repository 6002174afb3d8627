export { createOtlpExporter } from './exporter.ts';
export type { OtlpExporter, OtlpExporterOptions } from './exporter.ts';
