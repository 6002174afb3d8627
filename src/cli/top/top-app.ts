import { Box, Text, useInput, type Key as InkKey } from 'ink';
import { createElement, useSyncExternalStore, type ReactNode } from 'react';

import { lineText, segment, type Line, type Tone } from './line.ts';
import type { Key } from './top-key.ts';

/** The lines of the screen, as a store for React. */
export interface FrameStore {
  readonly get: () => readonly Line[];
  readonly subscribe: (listener: () => void) => () => void;
}

export interface AppProps {
  readonly store: FrameStore;
  readonly onKey: (key: Key) => void;
  readonly hasColours: boolean;
}

type Look = Readonly<Partial<Record<'bold' | 'dimColor', true> & { color: string }>>;

const LOOKS: Readonly<Record<Tone, Look>> = {
  plain: {},
  title: { bold: true },
  dim: { dimColor: true },
  good: { color: 'green' },
  warn: { color: 'yellow' },
  bad: { color: 'red', bold: true },
  accent: { color: 'cyan' },
};

export function App({ store, onKey, hasColours }: AppProps): ReactNode {
  const lines = useSyncExternalStore(store.subscribe, store.get);
  useInput((input, key) => keysOf(input, key).forEach(onKey));
  const rows = lines.map((one, index) => createElement(LineText, { key: index, line: one, hasColours }));
  return createElement(Box, { flexDirection: 'column' }, rows);
}

function LineText({ line, hasColours }: { readonly line: Line; readonly hasColours: boolean }): ReactNode {
  const inverse = line.isSelected === true && hasColours;
  // An empty text would take no line.
  const segments = lineText(line) === '' ? [segment(' ')] : line.segments;
  const texts = segments.map(({ text, tone }, key) =>
    createElement(Text, { key, inverse, ...(hasColours ? LOOKS[tone] : {}) }, text),
  );
  return createElement(Text, { wrap: 'truncate' }, texts);
}

const NAMED: readonly (readonly [keyof InkKey, Key])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['pageUp', 'pageUp'],
  ['pageDown', 'pageDown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  // The code that terminals send for the backspace key.
  ['delete', 'backspace'],
  ['tab', 'tab'],
];

/** The characters of named keys when they arrive together with others. */
const WRITTEN = new Map<string, Key>([
  ['\r', 'enter'],
  ['\n', 'enter'],
  ['\t', 'tab'],
  ['\x7f', 'backspace'],
  ['\x1b', 'escape'],
  ['\x03', 'interrupt'],
]);

/** Several keys if they arrived together: typed fast, or pasted. */
export function keysOf(input: string, key: InkKey): readonly Key[] {
  if (key.ctrl) return input === 'c' ? ['interrupt'] : [];
  const named = NAMED.find(([name]) => key[name] === true);
  if (named !== undefined) return [named[1]];
  if (key.meta) return [];
  return Array.from(input).flatMap((letter) => {
    const written = WRITTEN.get(letter);
    if (written !== undefined) return [written];
    return letter < ' ' ? [] : [{ letter }];
  });
}
