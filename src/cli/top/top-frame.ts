import { printable } from '../../model/printable.ts';
import { FRESH, knownUntilMs } from '../freshness.ts';
import { shortBytes } from './short-numbers.ts';
import { helpView } from './help-view.ts';
import { line, segment, type Line } from './line.ts';
import { fit } from '../text-width.ts';
import { listView } from './list-view.ts';
import { logView, type LogTail } from './log-view.ts';
import { selectedTask, shownTasks } from './top-rows.ts';
import { promptText } from './top-prompt.ts';
import type { TopState } from './top-state.ts';
import { taskView } from './task-view.ts';
import type { TopData, TopTask } from './top-data.ts';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** The state that a screen shows. */
export interface Scene {
  readonly data: TopData;
  readonly state: TopState;
  readonly size: ScreenSize;
  readonly log: LogTail;
}

/**
 * The lines of the screen, never more than fit; the last row stays empty, because writing to it makes some terminals
 * scroll.
 */
export function frame(scene: Scene): readonly Line[] {
  const { data, state, size } = scene;
  const shown = shownTasks(data.tasks, state);
  const { freshness = FRESH } = data;
  const stale =
    freshness.lines.length === 0 ? [] : [line(fit(freshness.lines.join('; '), size.columns), 'warn')];
  const height = Math.max(0, size.rows - 3 - stale.length);
  const body = bodyOf(scene, shown, height).slice(0, height);
  const padding = Array.from({ length: height - body.length }, () => line(''));
  const lines = [
    headerLine(data, shown.length, size.columns),
    ...stale,
    ...body,
    ...padding,
    footerLine(state, size.columns),
  ];
  return lines.slice(0, Math.max(0, size.rows - 1));
}

function bodyOf(
  { data, state, size, log }: Scene,
  shown: readonly TopTask[],
  height: number,
): readonly Line[] {
  const { freshness = FRESH } = data;
  if (state.isHelpOpen) return helpView();
  // A task that was opened stays open when the filter no longer shows it.
  const opened = data.tasks.find(({ status }) => status.id === state.selectedId);
  const nowMs = knownUntilMs(freshness, data.nowMs, opened?.status.host);
  const space = { width: size.columns, height, nowMs, freshness };
  if (state.view !== 'list' && opened === undefined)
    return [line('This task no longer exists; press Esc to go back.', 'warn')];
  if (state.view === 'task' && opened !== undefined) return taskView(opened, data, space);
  if (state.view === 'log' && opened !== undefined) return logView(opened, log, state, space);
  return listView(shown, selectedTask(shown, state), state, { ...space, nowMs: data.nowMs });
}

function headerLine({ tasks, host }: TopData, shown: number, width: number): Line {
  const running = tasks.filter(({ status }) => status.phase === 'running').length;
  const parts = [`${running} of ${tasks.length} running`, `${shown} shown`, ...hostParts(host)];
  const name = ' rkt-streams top ';
  return { segments: [segment(name, 'accent'), segment(fit(` ${parts.join('  ')}`, width - name.length))] };
}

function hostParts(host: TopData['host']): readonly string[] {
  if (host === undefined) return [];
  const { cpu, memory } = host;
  const used = cpu.percent === undefined ? '-' : ((cpu.percent / 100) * cpu.cores).toFixed(1);
  return [
    `cpu ${used}/${cpu.cores}`,
    `mem ${shortBytes(memory.usedBytes)}/${shortBytes(memory.totalBytes)}`,
    ...(cpu.load1 === undefined ? [] : [`load ${cpu.load1.toFixed(2)}`]),
  ];
}

const FOOTERS = {
  list: 's sort  f filter  a all  o task  l log  x stop  h help  q quit',
  task: 'o Esc back  ↑ ↓ next task  l log  x stop  S signal  e shell  h help  q quit',
  log: 'l Esc back  Tab stdout/stderr  ↑ ↓ next task  o task  h help  q quit',
};

function footerLine(state: TopState, width: number): Line {
  const { view, isTyping, filter, isAll, sort, prompt, message } = state;
  if (prompt !== undefined) return line(fit(promptText(prompt), width), 'warn');
  if (message !== undefined) return line(fit(message, width), 'accent');
  if (isTyping)
    return line(fit(`filter: ${printable(filter)}▏  Enter keeps it, Esc drops it`, width), 'accent');
  const filterText = filter === '' ? '' : `   filter: ${printable(filter)}`;
  const more = view === 'list' ? `   by ${sort}${isAll ? ', all' : ''}${filterText}` : '';
  return line(fit(FOOTERS[view] + more, width), 'dim');
}
