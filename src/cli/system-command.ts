import { stat } from 'node:fs/promises';

import type { Command } from 'commander';

import { printable } from '../model/printable.ts';
import type { TaskStatus } from '../model/task-status.ts';
import { collectImages } from '../rkt/rkt-image-gc.ts';
import { listImages } from '../rkt/rkt-image-list.ts';
import type { OpsSession } from './command-session.ts';
import { confirmed } from './confirm.ts';
import { eachTask } from './each-task.ts';
import { withExamples } from './help-examples.ts';
import { NOTHING, bytes } from './humanize.ts';
import { withRkt } from './images/image-session.ts';
import { table } from './text-table.ts';
import { withTasks } from './with-tasks.ts';

interface PruneFlags {
  readonly force?: boolean;
  readonly all?: boolean;
}

/** A line of `system df`. */
interface Usage {
  readonly type: string;
  readonly total: number;
  /** Not known of images: rkt list does not print them. */
  readonly active?: number;
  readonly sizeBytes: number;
  readonly reclaimableBytes?: number;
}

/** `rkt-streams system df | prune`. */
export function systemCommand(program: Command): void {
  const system = program.command('system').description('Shows and frees what tasks and images occupy.');
  const df = system
    .command('df')
    .summary('show the space of images and of the logs of tasks')
    .description('Shows the space that images and the logs of tasks occupy, and how much of it prune frees.')
    .action((_flags: object, self: Command) => diskUsage(self));
  withExamples(df, [['system df', 'Images and logs']]);
  const prune = system
    .command('prune')
    .summary('remove tasks that have exited, and with --all images that no pod uses')
    .description(
      'Removes all tasks that have exited, with their pods and logs; with --all also the images that no pod uses. Asks first.',
    )
    .option('-f, --force', 'do not ask')
    .option('-a, --all', 'remove unused images too')
    .action((flags: PruneFlags, self: Command) => pruneAll(flags, self));
  withExamples(prune, [
    ['system prune', 'Ask, and remove the tasks that have exited'],
    ['system prune -af', 'The images too, without a question'],
  ]);
}

async function diskUsage(command: Command): Promise<void> {
  let logs: Usage | undefined;
  await withTasks(command, async (session) => {
    logs = await logsOf(await session.listTasks());
    return undefined;
  });
  await withRkt(command, async ({ runner, output }) => {
    const images = await listImages(runner);
    const usages: readonly Usage[] = [
      { type: 'Images', total: images.length, sizeBytes: images.reduce((sum, { size }) => sum + size, 0) },
      ...(logs === undefined ? [] : [logs]),
    ];
    if (output.isJson) usages.forEach((usage) => output.print(usage, () => ''));
    else output.print({}, () => usageText(usages, output));
    return undefined;
  });
}

function usageText(usages: readonly Usage[], { paint, width }: OpsSession['output']): string {
  return table(
    usages,
    [
      { title: 'TYPE', value: ({ type }) => type },
      { title: 'TOTAL', value: ({ total }) => String(total), align: 'right' },
      { title: 'ACTIVE', value: ({ active }) => active?.toString() ?? NOTHING, align: 'right' },
      { title: 'SIZE', value: ({ sizeBytes }) => bytes(sizeBytes), align: 'right' },
      { title: 'RECLAIMABLE', value: ({ reclaimableBytes }) => bytes(reclaimableBytes), align: 'right' },
    ],
    paint,
    width,
  );
}

async function logsOf(tasks: readonly TaskStatus[]): Promise<Usage> {
  const sizes = await Promise.all(
    tasks.map(async ({ phase, stdoutPath, stderrPath }) => {
      const blocks = await Promise.all([stdoutPath, stderrPath].map(occupiedBytes));
      return { isEnded: phase === 'exited', sizeBytes: blocks.reduce((sum, size) => sum + size, 0) };
    }),
  );
  const sum = (some: typeof sizes): number => some.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  const ended = sizes.filter(({ isEnded }) => isEnded);
  return {
    type: 'Logs of tasks',
    total: sizes.length,
    active: sizes.length - ended.length,
    sizeBytes: sum(sizes),
    reclaimableBytes: sum(ended),
  };
}

/** A log that was cut to its limit has a hole, which occupies nothing. */
async function occupiedBytes(path: string | undefined): Promise<number> {
  if (path === undefined) return 0;
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? found.blocks * 512 : 0;
}

async function pruneAll({ force = false, all = false }: PruneFlags, command: Command): Promise<void> {
  const answer = { isYes: true };
  await withTasks(command, async (session) => {
    const ended = (await session.listTasks()).filter(({ phase }) => phase === 'exited');
    const what = `${ended.length} ${ended.length === 1 ? 'task' : 'tasks'} that exited${all ? ', and all images that no pod uses' : ''}`;
    if (!force) answer.isYes = await confirmed(`Remove ${what}?`, session.interrupt.signal);
    if (!answer.isYes) return undefined;
    const ids = ended.map(({ id }) => id);
    return eachTask(session, ids, (id) => session.driver.destroyTask(id));
  });
  if (!all || !answer.isYes) return;
  await withRkt(command, async ({ runner, output, interrupt }) => {
    const before = await listImages(runner);
    await collectImages(runner, { signal: interrupt.signal });
    const after = new Set((await listImages(runner)).map(({ id }) => id));
    before
      .filter(({ id }) => !after.has(id))
      .forEach(({ id, name }) => output.print({ id, name }, () => printable(id)));
    return undefined;
  });
}
