import { bytesText, percentText } from '../logic/format.ts';
import { sortedBy, type Selection } from '../logic/select-rows.ts';
import type { SparkScales } from '../logic/spark-scales.ts';
import { COLUMNS, type Column } from '../logic/table-columns.ts';
import { h, setAttribute, setText } from './dom.ts';

/** The heads of the columns; a click sorts. Above the lines is the scale that all of them share. */
export function createTableHead(change: (more: Partial<Selection>) => void): {
  readonly element: HTMLElement;
  readonly update: (selection: Selection, scales: SparkScales) => void;
} {
  let current: Selection | undefined;
  const heads = COLUMNS.map((column) =>
    createHead(column, () => {
      if (current !== undefined) change(sortedBy(current, column.key));
    }),
  );
  const row = h('div', { class: 'head', role: 'row', 'aria-rowindex': '1' });
  row.append(...heads.map(({ element }) => element));
  return {
    element: h('div', { role: 'rowgroup' }, row),
    update(selection, scales) {
      current = selection;
      heads.forEach(({ update }) => update(selection, scales));
    },
  };
}

function createHead({ key, title, hint, isNumber = false }: Column, onClick: () => void) {
  const button = h('button', { type: 'button', click: onClick, title: hint }, title);
  const scale = h('span', { class: 'scale' });
  const kind = isNumber ? `${key} is-number` : key;
  const element = h('div', { role: 'columnheader', class: kind, 'aria-sort': 'none' }, button);
  const scaleText = SCALE_TEXTS[key];
  if (scaleText !== undefined) {
    element.classList.add('measure');
    element.append(scale);
  }
  return {
    element,
    update: ({ sortBy, descending }: Selection, scales: SparkScales): void => {
      const order = descending ? 'descending' : 'ascending';
      setAttribute(element, 'aria-sort', sortBy === key ? order : 'none');
      if (scaleText === undefined) return;
      setText(scale, `0–${scaleText(scales)}`);
      setAttribute(
        scale,
        'title',
        `Lines: the last 5 minutes, from 0 to ${scaleText(scales)} for every task`,
      );
    },
  };
}

const SCALE_TEXTS: Readonly<Partial<Record<Column['key'], (scales: SparkScales) => string>>> = {
  cpu: ({ cpuCores }) => percentText(cpuCores),
  memory: ({ memoryBytes }) => bytesText(memoryBytes).replace('.0 ', ' '),
};
