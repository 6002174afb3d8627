import { EMPTY_LINE, line, segment, type Line } from './line.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['↑ ↓ j k', 'select a task; PgUp PgDn g G move further'],
  ['s', 'sort by the next column'],
  ['r', 'reverse the order'],
  ['f /', 'show only tasks whose name, id or image contains a text'],
  ['a', 'show or hide tasks that have exited'],
  ['o Enter', 'show one task with charts and its events'],
  ['l', 'show the last output; Tab switches between stdout and stderr'],
  ['x', 'stop a task, after a question: SIGINT, and SIGKILL after 5 s'],
  ['S', 'send a signal to a task: type its name, then Enter'],
  ['e', 'open a shell in a task, after a question; exit returns here'],
  ['Esc', 'go back to the list; in the list: clear the filter'],
  ['h ?', 'show this help; any key closes it'],
  ['q', 'end'],
];

const NOTES = [
  'CPU is in cores: 1.00 is one full core. MEMORY counts against the limit, without',
  'the cache that can be dropped: as a bar of the limit, or as a sparkline without',
  'a limit. NET and IO are bytes a second.',
];

export function helpView(): readonly Line[] {
  return [
    line('KEYS', 'title'),
    ...KEYS.map(([key, what]): Line => ({
      segments: [segment(`  ${key.padEnd(10)}`, 'accent'), segment(what)],
    })),
    EMPTY_LINE,
    ...NOTES.map((text) => line(text, 'dim')),
  ];
}
