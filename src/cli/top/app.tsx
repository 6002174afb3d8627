import { Box, Text, useInput, type Key as InkKey } from 'ink';
import { useSyncExternalStore, type ReactNode } from 'react';

import type { Line, Tone } from './line.ts';
import type { Key } from './state.ts';

/** The lines that are to be on the screen, as React wants to be told of them. */
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
  return (
    <Box flexDirection="column">
      {lines.map((one, index) => (
        <LineText key={index} line={one} hasColours={hasColours} />
      ))}
    </Box>
  );
}

function LineText({ line, hasColours }: { readonly line: Line; readonly hasColours: boolean }): ReactNode {
  const isMarked = line.isSelected === true && hasColours;
  return (
    <Text wrap="truncate">
      {/* An empty text would be no line at all. */}
      {line.segments.length === 0 ? ' ' : null}
      {line.segments.map(({ text, tone }, index) => (
        <Text key={index} inverse={isMarked} {...(hasColours ? LOOKS[tone] : {})}>
          {text === '' && line.segments.length === 1 ? ' ' : text}
        </Text>
      ))}
    </Text>
  );
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
  // What terminals send for the backspace key.
  ['delete', 'backspace'],
  ['tab', 'tab'],
];

/** Several letters when they were pasted. */
export function keysOf(input: string, key: InkKey): readonly Key[] {
  if (key.ctrl) return input === 'c' ? ['interrupt'] : [];
  const named = NAMED.find(([name]) => key[name] === true);
  if (named !== undefined) return [named[1]];
  return key.meta
    ? []
    : Array.from(input)
        .filter((letter) => letter >= ' ')
        .map((letter) => ({ letter }));
}
