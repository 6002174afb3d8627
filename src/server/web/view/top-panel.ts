import { bytesText, coresText } from '../logic/format.ts';
import { taskHash } from '../logic/route.ts';
import { SPARK_LENGTH } from '../logic/spark.ts';
import type { Store } from '../logic/store.ts';
import { topTasks, type TopBand, type TopBy } from '../logic/top-tasks.ts';
import { h, svg } from './dom.ts';
import { segments } from './segments.ts';

const COUNT = 5;
const WIDTH = 320;
const HEIGHT = 74;

/** The tasks that use most, stacked over the last minute. */
export function createTopPanel(parent: HTMLElement, store: Store, redraw: () => void): { update(): void } {
  const by = segments<TopBy>(
    'Top tasks by',
    [
      ['cpu', 'CPU'],
      ['memory', 'Memory'],
    ],
    'cpu',
    redraw,
  );
  const chart = svg('svg', {
    class: 'stack',
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
  });
  const legend = h('ol', { class: 'legend' });
  const empty = h('p', { class: 'empty' }, 'Nothing is running.');
  const head = h('header', {}, h('h2', {}, `Top ${COUNT}`), by.element);
  parent.append(h('section', { class: 'panel', 'aria-label': 'Top tasks' }, head, chart, legend, empty));
  return {
    update() {
      const { bands } = topTasks(store.rows(), {
        by: by.value(),
        count: COUNT,
        width: WIDTH,
        height: HEIGHT,
        length: SPARK_LENGTH,
      });
      empty.hidden = bands.length > 0;
      chart.replaceChildren(...bands.map(({ area }, n) => svg('path', { class: `band-${n}`, d: area })));
      // A link that has the focus must not be replaced under it.
      if (!legend.contains(document.activeElement)) {
        legend.replaceChildren(...bands.map((band, n) => legendLine(band, n, by.value())));
      }
    },
  };
}

function legendLine({ taskId, label, value }: TopBand, index: number, by: TopBy): HTMLElement {
  const name =
    taskId === undefined
      ? h('span', { class: 'name muted' }, label)
      : h('a', { href: taskHash(taskId) }, label);
  const text = by === 'cpu' ? coresText(value) : bytesText(value);
  return h('li', {}, h('span', { class: `swatch band-${index}` }), name, h('span', {}, text));
}
