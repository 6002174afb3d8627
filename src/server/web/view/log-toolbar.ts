import { taskPath } from '../api.ts';
import type { LogLevel } from '../logic/log-level.ts';
import { searchOf, type LogFilter } from '../logic/log-search.ts';
import { h, setAttribute } from './dom.ts';
import type { LogRows } from './log-rows.ts';
import { createLogSearch } from './log-search-field.ts';
import { segments } from './segments.ts';

/** What of a log is shown, and how. */
export interface LogToolbar {
  /** Which lines; they stand in the head of the panel. */
  readonly head: readonly HTMLElement[];
  /** Search, wrap, follow and download. */
  readonly element: HTMLElement;
  readonly filter: () => LogFilter;
  readonly setFollowing: (isFollowing: boolean) => void;
  /** Lines were drawn: shows how many matches there are. */
  readonly show: () => void;
}

const LEVELS: readonly (readonly [LogFilter['level'], string])[] = [
  ['all', 'All levels'],
  ['debug', 'Debug and above'],
  ['info', 'Info and above'],
  ['warn', 'Warnings and errors'],
  ['error', 'Errors'],
];

export function createLogToolbar(taskId: string, rows: LogRows, redraw: () => void): LogToolbar {
  const follow = toggle('Follow', 'Stay at the end of the log', (isOn) => rows.setFollowing(isOn));
  const wrap = toggle('Wrap', 'Break long lines', (isOn) =>
    setAttribute(rows.element, 'data-wrap', String(isOn)),
  );
  const download = h('a', { class: 'button', download: true }, 'Download');
  const showOutput = (): void => {
    const stream = output.value();
    setAttribute(rows.element, 'data-output', stream);
    const wanted = stream === 'both' ? 'all' : stream;
    setAttribute(download, 'href', taskPath(taskId, `/logs/download?stream=${wanted}`));
    redraw();
  };
  const output = segments<LogFilter['stream']>(
    'Output',
    [
      ['both', 'Both'],
      ['stdout', 'stdout'],
      ['stderr', 'stderr'],
    ],
    'both',
    showOutput,
  );
  const level = h('select', { 'aria-label': 'Level', change: redraw });
  level.append(...LEVELS.map(([value, text]) => h('option', { value }, text)));
  const search = createLogSearch(rows.matches, redraw);
  showOutput();
  return {
    head: [output.element, level],
    element: h('div', { class: 'log-tools' }, search.element, wrap.element, follow.element, download),
    filter: () => ({
      stream: output.value(),
      level: level.value as LogLevel | 'all',
      onlyMatches: search.onlyMatches(),
      search: searchOf(search.query()),
    }),
    setFollowing: follow.set,
    show: search.show,
  };
}

interface Toggle {
  readonly element: HTMLElement;
  readonly set: (isOn: boolean) => void;
}

/** A button that is pressed at first. */
function toggle(text: string, title: string, onChange: (isOn: boolean) => void): Toggle {
  let isOn = true;
  const set = (next: boolean): void => {
    isOn = next;
    setAttribute(element, 'aria-pressed', String(isOn));
    onChange(isOn);
  };
  const element = h('button', { type: 'button', title, click: () => set(!isOn) }, text);
  set(true);
  return { element, set };
}
