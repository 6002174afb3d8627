import type { Command } from 'commander';

import { isRktError } from '../model/rkt-error.ts';
import type { TaskSpec } from '../model/task-spec.ts';
import type { TaskStatus } from '../model/task-status.ts';
import { restartText } from '../model/restart-policy.ts';
import { printable, printableJson } from '../model/printable.ts';
import type { OpsSession } from './command-session.ts';
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
        const spec = await specOf(session, task.id);
        const shown = spec === undefined ? task : { ...task, spec };
        if (format === 'json') output.print(shown, () => printableJson(JSON.stringify(shown)));
        else if (template === undefined)
          output.print(shown, () => inspectText(task, output.paint, Date.now(), spec));
        else {
          const line = template({ ...dockerNames(task), ...shown });
          output.print(shown, () => printable(line));
        }
      } catch (error) {
        failures.push(error as Error);
      }
    }
    throwLast(failures, output.isJson);
    return undefined;
  });
}

/** Without secrets; undefined for a driver that has no specifications, and for a task that is gone meanwhile. */
async function specOf({ driver }: OpsSession, taskId: string): Promise<TaskSpec | undefined> {
  try {
    return await driver.describeTask(taskId);
  } catch (error) {
    if (isRktError(error, 'RKT_ERR_UNSUPPORTED') || isRktError(error, 'RKT_ERR_TASK_NOT_FOUND'))
      return undefined;
    throw error;
  }
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
export function inspectText(task: TaskStatus, paint: Paint, nowMs: number, spec?: TaskSpec): string {
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
    ...specFacts(spec),
    ['stdout', task.stdoutPath],
    ['stderr', task.stderrPath],
    ...cgroups.map((path, i) => [i === 0 ? 'cgroups' : '', path] as const),
  ];
  const known = facts.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return pairs(known, paint);
}

/** What the task was started with: no values of variables, and no words of args. */
function specFacts(spec: TaskSpec | undefined): readonly (readonly [string, string | undefined])[] {
  if (spec === undefined) return [];
  const { config, env } = spec;
  const list = (words: readonly string[]): string | undefined => words.join(', ') || undefined;
  return [
    ['command', config.command],
    ['args', config.args.length === 0 ? undefined : `${config.args.length}, not shown`],
    ['env', list(Object.keys(env))],
    ['volumes', list(config.volumes)],
    ['networks', list(config.net)],
    ['stage1', config.stage1],
  ];
}
