import type { ChartMarker } from '../logic/chart-markers.ts';
import { absoluteText, clockText } from '../logic/format.ts';
import { TONE_COLOURS } from './chart-overlay.ts';
import { h } from './dom.ts';

const SHOWN = 6;

/** What the charts mark, in words: the latest ones within the window. */
export function createMarkerList(): {
  readonly element: HTMLElement;
  update(markers: readonly ChartMarker[]): void;
} {
  const element = h('ul', { class: 'markers', 'aria-label': 'Marked in the charts' });
  let drawn = '';
  return {
    element,
    update(markers) {
      const now = JSON.stringify(markers);
      if (now === drawn) return;
      drawn = now;
      const left = markers.length - SHOWN;
      const more = left > 0 ? [h('li', {}, `${left} earlier`)] : [];
      element.replaceChildren(...more, ...markers.slice(-SHOWN).map(markerItem));
      element.hidden = markers.length === 0;
    },
  };
}

function markerItem({ timeMs, kind, text, tone }: ChartMarker): HTMLElement {
  const flag = h('span', { class: 'flag', 'aria-hidden': 'true' }, '▼');
  flag.style.color = `var(--${TONE_COLOURS[tone]})`;
  const time = h('time', { datetime: new Date(timeMs).toISOString() }, clockText(timeMs));
  return h('li', { 'data-kind': kind, title: absoluteText(timeMs) }, flag, text, ' ', time);
}
