import type { ServerSettings } from '../../options.ts';
import type { DeliveryCounts } from './delivery-counts.ts';

const END = '# EOF\n';

/** Adds the metrics of receivers to those that are scraped. */
export function withAlertMetrics(
  settings: ServerSettings,
  { metrics }: Pick<DeliveryCounts, 'metrics'>,
): ServerSettings {
  const { metrics: render } = settings;
  if (render === undefined) return settings;
  return {
    ...settings,
    metrics(accept) {
      const { contentType, body } = render(accept);
      const isOpenMetrics = body.endsWith(END);
      const text = metrics(isOpenMetrics);
      if (text === '') return { contentType, body };
      return {
        contentType,
        body: isOpenMetrics ? `${body.slice(0, -END.length)}${text}${END}` : `${body}${text}`,
      };
    },
  };
}
