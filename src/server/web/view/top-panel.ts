import { coreShareText } from '../../../model/core-share-text.ts';
import { bytesText } from '../logic/format.ts';
import { taskHash } from '../logic/route.ts';
import type { Store } from '../logic/store.ts';
import { topTasks, type TopBand, type TopBy } from '../logic/top-tasks.ts';
import { h, setText, svg } from './dom.ts';
import { segments } from './segments.ts';

const COUNT = 5;
const WIDTH = 320;
const HEIGHT = 74;

/** The tasks that use most, stacked over the last minutes. */
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
  const scale = h('p', { class: 'scale' });
  const legend = h('ol', { class: 'legend' });
  const empty = h('p', { class: 'empty' }, 'Nothing is running.');
  const head = h('header', {}, h('h2', {}, `Top ${COUNT}`), by.element);
  const element = h(
    'section',
    { class: 'panel top', 'aria-label': 'Top tasks' },
    head,
    scale,
    chart,
    legend,
    empty,
  );
  parent.append(element);
  return {
    update() {
      const { bands, top } = topTasks(store.rows(), {
        by: by.value(),
        count: COUNT,
        width: WIDTH,
        height: HEIGHT,
        nowMs: store.timeMs(),
      });
      empty.hidden = bands.length > 0;
      scale.hidden = bands.length === 0;
      chart.toggleAttribute('hidden', bands.length === 0);
      setText(scale, `5 minutes, 0 to ${valueText(top, by.value()).replace('.0', '')}`);
      chart.replaceChildren(...bands.map(({ area }, n) => svg('path', { class: `band-${n}`, d: area })));
      // A link that has the focus must not be replaced under it.
      if (!legend.contains(document.activeElement)) {
        legend.replaceChildren(...bands.map((band, n) => legendLine(band, n, by.value())));
      }
    },
  };
}

function valueText(value: number, by: TopBy): string {
  return by === 'cpu' ? coreShareText(value) : bytesText(value);
}

function legendLine({ taskId, label, detail, value }: TopBand, index: number, by: TopBy): HTMLElement {
  const more = h('span', { class: 'muted' }, detail === '' ? '' : ` ${detail}`);
  const name =
    taskId === undefined
      ? h('span', { class: 'name muted' }, label)
      : h('a', { href: taskHash(taskId), title: taskId }, label, more);
  return h('li', {}, h('span', { class: `swatch band-${index}` }), name, h('span', {}, valueText(value, by)));
}
