import type { Driver } from '../../driver-interface.ts';
import { silentLogger } from '../../model/logger.ts';
import { watchDriver, type WatchOptions } from '../snapshot.ts';
import { headerText, type TextFormat } from './family.ts';
import type { LabelNames } from './label-names.ts';
import { labelOptions } from './label-options.ts';
import { createMetricTables, type MetricTables } from './metric-tables.ts';
import { negotiate } from './negotiate.ts';
import { onePiece } from './one-piece.ts';
import { createPage, type Page } from './page.ts';

export interface PrometheusExporterOptions extends WatchOptions {
  /**
   * Additional labels of tasks: `env:NAME`, `annotation:NAME` or `meta:NAME`, each with `=LABEL` to rename it. None
   * by default: each value of a label creates another series.
   */
  readonly labels?: readonly string[];
  /** The label names of tasks and jobs that dashboards use; `cadvisor`, only the standard labels, by default. */
  readonly labelNames?: LabelNames;
}

export interface PrometheusExporter {
  /**
   * The latest metrics, in the format of the `Accept` header: the text format 0.0.4, or OpenMetrics 1.0.
   *
   * It triggers no sampling and does not throw. The text is rendered once for all scrapes between two changes.
   */
  render(accept?: string): { readonly contentType: string; readonly body: string };
  /** Unsubscribes from the driver. */
  close(): void;
}

/**
 * Subscribes to a driver, and exports metrics of all tasks, pods, the machine and the driver itself.
 *
 * @throws RKT_ERR_OPTIONS for a label of another form
 * @example
 * const exporter = createPrometheusExporter(driver, { intervalMs: 5_000 });
 */
export function createPrometheusExporter(
  driver: Driver,
  options: PrometheusExporterOptions = {},
): PrometheusExporter {
  const tables = createMetricTables(driver, labelOptions(options), options.eachTask);
  const feed = watchDriver(driver, options);
  const { logger = silentLogger } = options;
  const page = createPage();
  const bodies = new Map<TextFormat, string>();
  let version: number | undefined;
  let renderMs: number | undefined;

  const make = (format: TextFormat): string => {
    const began = performance.now();
    if (version !== feed.version) {
      bodies.clear();
      version = feed.version;
      tables.update(feed.current, renderMs);
    }
    const body = bodies.get(format) ?? metricsText(tables, page, format);
    bodies.set(format, body);
    renderMs = performance.now() - began;
    return body;
  };
  return {
    render(accept) {
      const { format, contentType } = negotiate(accept);
      try {
        if (version === feed.version && bodies.has(format)) {
          return { contentType, body: bodies.get(format) ?? '' };
        }
        return { contentType, body: make(format) };
      } catch (error) {
        version = undefined;
        page.take();
        logger.error({ err: error }, 'metrics could not be written');
        return { contentType, body: endOf(format) };
      }
    },
    close: () => feed.close(),
  };
}

function metricsText(tables: MetricTables, page: Page, format: TextFormat): string {
  tables.families.forEach((metric, place) => {
    if (tables.count(place) === 0) return;
    page.add(onePiece(headerText(metric, format)));
    tables.write(place, page);
    page.add('\n');
  });
  page.add(endOf(format));
  return page.take();
}

function endOf(format: TextFormat): string {
  return format === 'openmetrics' ? '# EOF\n' : '';
}
