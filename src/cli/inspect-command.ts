import type { Command } from 'commander';

import type { TaskStatus } from '../model/task-status.ts';
import { findTaskIds } from './find-task.ts';
import { withExamples } from './help-examples.ts';
import { exitText } from '../model/exit-text.ts';
import { NOTHING, ago, bytes } from './humanize.ts';
import type { Paint } from './cli-output.ts';
import { pairs } from './text-table.ts';
import { withTasks } from './with-tasks.ts';

/** `rkt-streams inspect ID…`: all details of tasks. */
export function inspectCommand(program: Command): void {
  const command = program
    .command('inspect')
    .description('Shows all details of tasks.')
    .argument('<id...>', 'ids or names of tasks, or unique prefixes')
    .action((ids: string[], _options: object, self: Command) => inspect(ids, self));
  withExamples(command, [
    ['inspect web', 'Human-readable output'],
    ['inspect web --json | jq .pid', 'The pid of a task'],
  ]);
}

async function inspect(wanted: readonly string[], command: Command): Promise<void> {
  await withTasks(command, async (session) => {
    const { driver, output } = session;
    for (const id of await findTaskIds(session, wanted)) {
      const task = driver.inspectTask(id);
      output.print(task, () => inspectText(task, output.paint, Date.now()));
    }
    return undefined;
  });
}

/** One fact a line. */
export function inspectText(task: TaskStatus, paint: Paint, nowMs: number): string {
  const { network, exitResult } = task;
  const cgroups = task.cgroupPaths.length === 0 ? [NOTHING] : task.cgroupPaths;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['id', task.id],
    ['name', task.name],
    ['alloc', task.allocId],
    ['job', task.jobName],
    ['group', task.taskGroupName],
    ['image', task.image],
    ['phase', task.phase],
    ['pod', task.podId],
    ['pid', task.pid?.toString()],
    ['started', ago(task.startedAtMs, nowMs)],
    ['ended', exitResult && ago(task.completedAtMs, nowMs)],
    ['exit', exitResult && exitText(exitResult)],
    ['exit error', exitResult?.error],
    ['ip', network?.ip],
    ['memory limit', task.memoryLimitBytes === undefined ? undefined : bytes(task.memoryLimitBytes)],
    ['cores', task.cpusetCpus],
    ['stdout', task.stdoutPath],
    ['stderr', task.stderrPath],
    ...cgroups.map((path, i) => [i === 0 ? 'cgroups' : '', path] as const),
  ];
  const known = facts.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return pairs(known, paint);
}
