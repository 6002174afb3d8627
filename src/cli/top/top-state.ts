import { lettersOf } from '../text-width.ts';
import type { Key } from './top-key.ts';
import { PROMPT_KEYS, afterPrompt, type Prompt, type TopAction } from './top-prompt.ts';

/** The sort columns, in the order in which the key cycles through them. */
export const SORT_FIELDS = [
  'name',
  'state',
  'cpu',
  'memory',
  'pids',
  'net',
  'io',
  'uptime',
  'image',
] as const;
export type SortField = (typeof SORT_FIELDS)[number];

export type View = 'list' | 'task' | 'log';

/** The state that the keys change. */
export interface TopState {
  readonly view: View;
  readonly isHelpOpen: boolean;
  readonly sort: SortField;
  readonly isReversed: boolean;
  readonly filter: string;
  /** Keys go to the filter. */
  readonly isTyping: boolean;
  /** Tasks that have exited are shown as well. */
  readonly isAll: boolean;
  /** The selected task; undefined: the first of the list. */
  readonly selectedId: string | undefined;
  readonly stream: 'stdout' | 'stderr';
  /** A question that waits for an answer. */
  readonly prompt?: Prompt | undefined;
  /** What was confirmed, until it begins. */
  readonly action?: TopAction | undefined;
  /** What the last action did, until the next key. */
  readonly message?: string | undefined;
  readonly isDone: boolean;
}

export const FIRST_STATE: TopState = {
  view: 'list',
  isHelpOpen: false,
  sort: 'name',
  isReversed: false,
  filter: '',
  isTyping: false,
  isAll: false,
  selectedId: undefined,
  stream: 'stdout',
  isDone: false,
};

const PAGE = 10;
const STEPS: Partial<Record<string, number>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  pageUp: -PAGE,
  pageDown: PAGE,
  home: Number.NEGATIVE_INFINITY,
  g: Number.NEGATIVE_INFINITY,
  end: Number.POSITIVE_INFINITY,
  G: Number.POSITIVE_INFINITY,
};

/** The state after a key, for a list of shown tasks. */
export function afterKey(state: TopState, key: Key, shownIds: readonly string[]): TopState {
  if (key === 'interrupt') return { ...state, isDone: true };
  if (state.prompt !== undefined)
    return { ...state, prompt: undefined, message: undefined, ...afterPrompt(state.prompt, key) };
  if (state.message !== undefined) return afterKey({ ...state, message: undefined }, key, shownIds);
  if (state.isTyping) return afterTyping(state, key);
  const name = typeof key === 'string' ? key : key.letter;
  if (state.isHelpOpen) return name === 'q' ? { ...state, isDone: true } : { ...state, isHelpOpen: false };
  const kind = PROMPT_KEYS[name];
  const taskId = state.selectedId ?? shownIds[0];
  if (kind !== undefined)
    return taskId === undefined ? state : { ...state, prompt: { kind, taskId, text: '' } };
  const step = STEPS[name];
  if (step !== undefined) return { ...state, selectedId: moved(state.selectedId, step, shownIds) };
  return { ...state, ...(ACTIONS[name]?.(state, shownIds) ?? {}) };
}

const ACTIONS: Partial<Record<string, (state: TopState, shownIds: readonly string[]) => Partial<TopState>>> =
  {
    q: () => ({ isDone: true }),
    h: () => ({ isHelpOpen: true }),
    '?': () => ({ isHelpOpen: true }),
    s: ({ sort }) => ({ sort: SORT_FIELDS[(SORT_FIELDS.indexOf(sort) + 1) % SORT_FIELDS.length] ?? 'name' }),
    r: ({ isReversed }) => ({ isReversed: !isReversed }),
    a: ({ isAll }) => ({ isAll: !isAll }),
    f: () => ({ view: 'list', isTyping: true }),
    '/': () => ({ view: 'list', isTyping: true }),
    o: ({ view, selectedId }, ids) => opened(view === 'task' ? 'list' : 'task', selectedId, ids),
    enter: ({ selectedId }, ids) => opened('task', selectedId, ids),
    l: ({ view, selectedId }, ids) => opened(view === 'log' ? 'list' : 'log', selectedId, ids),
    tab: ({ stream }) => ({ stream: stream === 'stdout' ? 'stderr' : 'stdout' }),
    escape: ({ view }) => (view === 'list' ? { filter: '' } : { view: 'list' }),
  };

function opened(view: View, selectedId: string | undefined, ids: readonly string[]): Partial<TopState> {
  const id = selectedId ?? ids[0];
  return id === undefined ? {} : { view, selectedId: id };
}

function afterTyping(state: TopState, key: Key): TopState {
  if (typeof key === 'object') return { ...state, filter: state.filter + key.letter };
  if (key === 'enter') return { ...state, isTyping: false };
  if (key === 'escape') return { ...state, isTyping: false, filter: '' };
  if (key === 'backspace') return { ...state, filter: lettersOf(state.filter).slice(0, -1).join('') };
  return state;
}

function moved(selectedId: string | undefined, step: number, ids: readonly string[]): string | undefined {
  const at = selectedId === undefined ? 0 : Math.max(0, ids.indexOf(selectedId));
  return ids[Math.min(ids.length - 1, Math.max(0, at + step))] ?? selectedId;
}
