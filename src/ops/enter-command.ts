import { RktError } from '../model/rkt-error.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { RktRunner } from '../rkt/command-runner.ts';
import { enterCommand } from '../rkt/rkt-enter.ts';
import { isAlive } from '../sources/process-info.ts';
import { environmentOf } from './arguments/environment-arguments.ts';
import { coresVariable, poolProcsFiles } from './cpuset-pool.ts';
import { inNetwork } from './network-namespace.ts';
import { programOf } from './program-of-task.ts';
import type { OpsContext } from './ops-context.ts';
import { cgroupEntry } from './spawn-shim.ts';

/** A command line that runs something inside a running task, in its cgroup. */
export interface EnterCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A command whose program does not exist or cannot be executed. */
export interface RefusedCommand {
  /** 127 or 126, as in a shell. */
  readonly exitCode: number;
  readonly message: string;
}

const JOIN = 'IFS=:; for p in $1; do echo $$ >"$p" || exit 126; done; unset IFS; shift; exec "$@"';

/**
 * How to run `command` in a task: `rkt enter` in the mount namespace of the pod. `${NAME}` is replaced from the
 * environment of the task, as in Nomad; an unknown name is kept. `rkt enter` does not search for programs, so the
 * program is found here.
 *
 * @throws {@link RktError} RKT_ERR_EXEC_COMMAND, RKT_ERR_TASK_NOT_RUNNING
 */
export async function enterTask(
  ctx: OpsContext,
  runner: RktRunner,
  task: TaskRecord,
  command: readonly string[],
): Promise<EnterCommand | RefusedCommand> {
  if (command.length === 0 || command[0] === '') {
    throw new RktError('RKT_ERR_EXEC_COMMAND', `No command to execute in task "${task.id}"`, {
      taskId: task.id,
    });
  }
  const cut = command.findIndex((word) => word.includes('\0'));
  if (cut !== -1) {
    const what = `Word ${cut + 1} of the command for task "${task.id}" contains a NUL byte`;
    throw new RktError('RKT_ERR_EXEC_COMMAND', what, { taskId: task.id });
  }
  const { podId, process } = task;
  const isUp = task.phase === 'running' || task.phase === 'stopping';
  if (!isUp || podId === undefined || process === undefined) throw notRunning(task, `it is ${task.phase}`);
  // The pid may belong to another process by now.
  if (!(await isAlive(process))) throw notRunning(task, 'its process has ended');
  const variables = environmentOf(task.spec);
  const [name = '', ...args] = command.map((word) => replaceVariables(word, variables));
  const program = await programOf(ctx, runner, { task, podId, pid: process.pid }, name);
  if ('why' in program) {
    // As it was given, because a value may have been inserted.
    const message = `${JSON.stringify(command[0])} cannot be executed in task "${task.id}": ${program.why}`;
    return { exitCode: program.exitCode, message };
  }
  const enter = enterCommand(runner, podId, [program.path, ...args]);
  const cgroup = cgroupEntry(runner, [
    ...(await procsFiles(ctx, task.cgroupPaths, process.pid)),
    ...poolProcsFiles(ctx, task.spec.resources),
  ]);
  const { join } = cgroup;
  const env = { ...enter.env, ...cgroup.env, ...coresVariable(task.spec.resources) };
  const isApart = task.spec.networkNamespace !== undefined;
  const entering = inNetwork(isApart ? `/proc/${process.pid}/ns/net` : undefined, enter.argv);
  if (runner.binary.runtime === 'embedded') return { argv: entering, env };
  const inside = ['nsenter', `--mount=/proc/${process.pid}/ns/mnt`, '--', ...entering];
  return { argv: join === '' ? inside : ['/bin/sh', '-c', JOIN, 'join', join, ...inside], env };
}

function notRunning({ id }: TaskRecord, why: string): RktError {
  const what = `Nothing can be executed in task "${id}": ${why}`;
  return new RktError('RKT_ERR_TASK_NOT_RUNNING', what, { taskId: id });
}

/**
 * A task that has created child cgroups, such as a container engine, may have moved to one of them. In v2 no process
 * can join the parent then, so the command joins the cgroup of the task's process.
 */
async function procsFiles(
  ctx: OpsContext,
  cgroupPaths: readonly string[],
  pid: number,
): Promise<readonly string[]> {
  const now = await ctx.cgroups.ofProcess(pid);
  const { paths } = ctx.cgroups.open(cgroupPaths);
  // The task names its child cgroups, and the files are passed as a list separated by colons.
  const isBelow = (place: string, path: string): boolean =>
    place.startsWith(`${path}/`) && !place.includes(':');
  const places = paths.map((path) => now.find((place) => isBelow(place, path)) ?? path);
  return ctx.cgroups.open(places).procsFiles;
}

function replaceVariables(word: string, env: Readonly<Record<string, string>>): string {
  return word.replaceAll(/\$\{([A-Za-z0-9_.-]+)\}/g, (whole, name: string) =>
    Object.hasOwn(env, name) ? (env[name] ?? whole) : whole,
  );
}
