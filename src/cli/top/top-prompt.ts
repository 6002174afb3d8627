import { signal as parseSignal } from '../flag-values.ts';
import { printable } from '../../model/printable.ts';
import { lettersOf } from '../text-width.ts';
import type { Key } from './top-key.ts';

/** What the keys do to a task, once it is confirmed. */
export type TopAction =
  | { readonly kind: 'stop' | 'shell'; readonly taskId: string }
  | { readonly kind: 'signal'; readonly taskId: string; readonly signal: NodeJS.Signals };

/** A question in the last line of the screen, about one task. */
export interface Prompt {
  readonly kind: TopAction['kind'];
  readonly taskId: string;
  /** The name of the signal as far as it is typed. */
  readonly text: string;
}

/** The keys that ask. */
export const PROMPT_KEYS: Readonly<Record<string, Prompt['kind']>> = { x: 'stop', S: 'signal', e: 'shell' };

/** What a key does to a prompt: it stays, is answered with an action, or is dropped, for a reason or without one. */
export interface Answered {
  readonly prompt?: Prompt;
  readonly action?: TopAction;
  readonly message?: string;
}

/** Stopping and a shell need `y`; the name of a signal needs Enter. Every other key drops the prompt. */
export function afterPrompt(prompt: Prompt, key: Key): Answered {
  const { kind, taskId, text } = prompt;
  if (kind !== 'signal') {
    const isYes = typeof key === 'object' && key.letter.toLowerCase() === 'y';
    return isYes ? { action: { kind, taskId } } : { message: 'Nothing was done.' };
  }
  if (typeof key === 'object') return { prompt: { ...prompt, text: text + key.letter } };
  if (key === 'backspace') return { prompt: { ...prompt, text: lettersOf(text).slice(0, -1).join('') } };
  if (key !== 'enter' || text === '') return { message: 'Nothing was done.' };
  try {
    return { action: { kind, taskId, signal: parseSignal(text) } };
  } catch {
    return { message: `There is no signal ${printable(text)}.` };
  }
}

/** The question, with what answers it. */
export function promptText({ kind, taskId, text }: Prompt): string {
  const id = printable(taskId);
  if (kind === 'stop') return `Stop ${id}? y: yes, other keys: no`;
  if (kind === 'shell') return `Open a shell in ${id}? y: yes, other keys: no`;
  return `Signal to ${id}: ${printable(text)}▏ Enter sends it, Esc does not`;
}
