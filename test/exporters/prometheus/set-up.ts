import {
  createPrometheusExporter,
  type PrometheusExporter,
  type PrometheusExporterOptions,
} from '../../../src/exporters/prometheus/index.ts';
import type { Driver } from '../../../src/driver-interface.ts';
import { fakeDriver, type FakeDriver } from '../fake-driver.ts';
import { readText, type ReadText } from './read-text.ts';

export const OPENMETRICS = 'application/openmetrics-text; version=1.0.0';

/** An exporter over a driver that is played by hand. */
export interface Fixture extends FakeDriver {
  readonly exporter: PrometheusExporter;
  readonly read: (accept?: string) => ReadText;
}

export function setUp(options?: PrometheusExporterOptions, methods: Partial<Driver> = {}): Fixture {
  const fake = fakeDriver();
  const exporter = createPrometheusExporter({ ...fake.driver, ...methods }, options);
  return { ...fake, exporter, read: (accept) => readText(exporter.render(accept).body) };
}

/** The names of series that begin so, each once. */
export function namesOf({ series }: ReadText, prefix: string): readonly string[] {
  return [...new Set(series.map(({ name }) => name).filter((name) => name.startsWith(prefix)))];
}
