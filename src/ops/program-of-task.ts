import { readlink } from 'node:fs/promises';

import type { TaskRecord } from '../registry/task-record.ts';
import type { RktRunner } from '../rkt/command-runner.ts';
import { appSection, type AppSection } from './app-section.ts';
import { environmentOf } from './arguments/environment-arguments.ts';
import type { OpsContext } from './ops-context.ts';
import { findProgram, type Credentials, type FoundProgram } from './find-program.ts';
import { isOciPod, podDirectory } from '../rkt/disk/pod-files.ts';
import { numericId } from './user-ids.ts';

/** The default of rkt for an app that sets none. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface RunningTask {
  readonly task: TaskRecord;
  readonly podId: string;
  readonly pid: number;
}

/**
 * The program that a command of a task names. If the app is not only chrooted, as with the systemd flavors of rkt,
 * its root is not visible from here, and rkt resolves the name.
 */
export async function programOf(
  ctx: Pick<OpsContext, 'rktDir'>,
  runner: RktRunner,
  { task, podId, pid }: RunningTask,
  name: string,
): Promise<FoundProgram> {
  const root = `/proc/${pid}/root`;
  const isVisible = (await isChrooted(root)) || isOciPod(podDirectory(ctx.rktDir, podId));
  if (!isVisible) return { path: name };
  const app = await appSection(runner, ctx.rktDir, podId);
  const { env, config } = { env: environmentOf(task.spec), config: task.spec.config };
  return findProgram(
    {
      root,
      path: (app === undefined ? env['PATH'] : app.path) ?? DEFAULT_PATH,
      workingDir: app?.workingDir ?? config.working_dir ?? '/',
      credentials: app && (await credentialsOf(root, app)),
    },
    name,
  );
}

async function isChrooted(root: string): Promise<boolean> {
  return readlink(root).then(
    (target) => target !== '/',
    () => false,
  );
}

async function credentialsOf(root: string, app: AppSection): Promise<Credentials | undefined> {
  const uid = await numericId(root, app.user, 'user');
  const gid = await numericId(root, app.group, 'group');
  return uid === undefined || gid === undefined ? undefined : { uid, gids: [gid, ...app.supplementaryGids] };
}
