import { printable } from '../../model/printable.ts';
import { EMPTY_LINE, line, outputLine, type Line } from './line.ts';
import { fit } from '../text-width.ts';
import type { ViewSize } from './list-view.ts';
import type { TopState } from './top-state.ts';
import type { TopTask } from './top-data.ts';

/** The end of a task's output: its lines, or the reason why there are none. */
export type LogTail =
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | { readonly kind: 'none'; readonly reason: string };

export const NO_LOG: LogTail = { kind: 'none', reason: 'No output was read yet.' };

/** The last lines of a stream that fit; long ones are cut. */
export function logView(
  { status, label }: TopTask,
  tail: LogTail,
  { stream }: TopState,
  { width, height }: ViewSize,
): readonly Line[] {
  const path = stream === 'stdout' ? status.stdoutPath : status.stderrPath;
  const title = line(fit(printable(`${label} ${stream}  ${path ?? ''}`), width), 'title');
  if (tail.kind === 'none') return [title, EMPTY_LINE, line(fit(printable(tail.reason), width), 'dim')];
  const space = Math.max(0, height - 1);
  const last = space === 0 ? [] : tail.lines.slice(-space);
  return [title, ...last.map((text) => line(fit(outputLine(text), width).trimEnd()))];
}

/** The lines of whole lines. */
export function tailLines(bytes: Buffer): readonly string[] {
  const lines = bytes.toString().split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
