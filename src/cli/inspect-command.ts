import type { Command } from 'commander';

import type { TaskStatus } from '../model/task-status.ts';
import { restartText } from '../model/restart-policy.ts';
import { printable, printableJson } from '../model/printable.ts';
import { throwLast } from './each-task.ts';
import { findTask } from './find-task.ts';
import { parseTemplate } from '../model/go-template.ts';
import { dockerState } from './task-fields.ts';
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
    .option('-f, --format <template>', "a template of Go: '{{.phase}}', '{{json .cgroupPaths}}'")
    .action((ids: string[], flags: InspectFlags, self: Command) => inspect(ids, flags, self));
  withExamples(command, [
    ['inspect web', 'Human-readable output'],
    ["inspect --format '{{.pid}}' web", 'The pid of a task'],
    ['inspect web --json | jq .cgroupPaths', 'The same with jq'],
  ]);
}

interface InspectFlags {
  readonly format?: string;
}

async function inspect(wanted: readonly string[], { format }: InspectFlags, command: Command): Promise<void> {
  const template = format === undefined || format === 'json' ? undefined : parseTemplate(format);
  await withTasks(command, async (session) => {
    const { output } = session;
    const tasks = await session.listTasks();
    const failures: Error[] = [];
    for (const text of wanted) {
      try {
        const task = findTask(tasks, text);
        if (format === 'json') output.print(task, () => printableJson(JSON.stringify(task)));
        else if (template === undefined)
          output.print(task, () => inspectText(task, output.paint, Date.now()));
        else {
          const line = template({ ...dockerNames(task), ...task });
          output.print(task, () => printable(line));
        }
      } catch (error) {
        failures.push(error as Error);
      }
    }
    throwLast(failures, output.isJson);
    return undefined;
  });
}

/** What `docker inspect --format` is asked for most. */
function dockerNames(task: TaskStatus): object {
  const { exitResult, startedAtMs, completedAtMs, pid = 0 } = task;
  const iso = (timeMs: number | undefined): string =>
    timeMs === undefined ? '' : new Date(timeMs).toISOString();
  return {
    Id: task.id,
    Name: task.name,
    Created: iso(startedAtMs),
    State: {
      Status: dockerState(task),
      Running: task.phase === 'running' || task.phase === 'stopping',
      Pid: task.phase === 'exited' ? 0 : pid,
      ExitCode: exitResult?.exitCode ?? (exitResult?.signal === undefined ? 0 : 128 + exitResult.signal),
      OOMKilled: exitResult?.oomKilled ?? false,
      StartedAt: iso(startedAtMs),
      FinishedAt: iso(completedAtMs),
    },
    RestartCount: task.restart?.count ?? 0,
    HostConfig: {
      RestartPolicy: {
        Name: task.restart?.policy ?? 'no',
        MaximumRetryCount: task.restart?.maxRetries ?? 0,
      },
    },
    Config: { Image: task.image, Labels: task.labels ?? {} },
    NetworkSettings: { IPAddress: task.network?.ip ?? '' },
  };
}

/** One fact a line. */
export function inspectText(task: TaskStatus, paint: Paint, nowMs: number): string {
  const { network, exitResult } = task;
  const cgroups = task.cgroupPaths.length === 0 ? [NOTHING] : task.cgroupPaths;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['id', task.id],
    ['name', task.name],
    ['host', task.host],
    ['alloc', task.allocId],
    ['job', task.jobName],
    [
      'labels',
      Object.entries(task.labels ?? {})
        .map(([name, value]) => `${name}=${value}`)
        .join(', ') || undefined,
    ],
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
    ['restart', task.restart && `${restartText(task.restart)}, restarted ${task.restart.count} times`],
    ['memory limit', task.memoryLimitBytes === undefined ? undefined : bytes(task.memoryLimitBytes)],
    ['cores', task.cpusetCpus],
    ['stdout', task.stdoutPath],
    ['stderr', task.stderrPath],
    ...cgroups.map((path, i) => [i === 0 ? 'cgroups' : '', path] as const),
  ];
  const known = facts.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return pairs(known, paint);
}
