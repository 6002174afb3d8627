import { EMPTY_LINE, line, segment, type Line } from './line.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['↑ ↓ j k', 'choose a task; PgUp PgDn g G go further'],
  ['s', 'sort by the next column'],
  ['r', 'reverse the order'],
  ['f /', 'show only tasks whose name, id or image holds a text'],
  ['a', 'show tasks that have exited as well, or not'],
  ['o Enter', 'one task with charts and its events'],
  ['l', 'the end of the output of a task; Tab changes to stderr and back'],
  ['Esc', 'back to the list; in the list: no filter'],
  ['h ?', 'this help; any key closes it'],
  ['q', 'end'],
];

const NOTES = [
  'CPU is in cores: 1.00 is one full core. MEMORY is what counts against the limit:',
  'all but the cache that can be dropped, beside a bar of the limit, or beside what',
  'it was before where there is no limit. NET and IO are bytes a second.',
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
