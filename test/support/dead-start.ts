import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';

import { driverConfigSchema } from '../../src/model/driver-config.ts';
import { taskSpecSchema } from '../../src/model/task-spec.ts';
import { prepareArguments } from '../../src/ops/arguments/prepare-arguments.ts';
import { stateDirectory, taskFiles } from '../../src/ops/task-files.ts';
import { createStateStore } from '../../src/registry/state-store.ts';
import { resolveRkt } from '../../src/rkt/resolve-binary.ts';
import { createRktRunner } from '../../src/rkt/command-runner.ts';
import { prepare } from '../../src/rkt/rkt-prepare.ts';
import { detectCgroups } from '../../src/sources/cgroup/cgroups.ts';
import type { Sandbox } from './sandbox.ts';

/** The kernel gives no pid as high as this. */
const DEAD = { pid: 4_194_304, startTicks: 1 };

/** Leaves in a sandbox what a driver leaves that is killed between `rkt prepare` and the launch: pod, cgroup, ticket, state. */
export async function leaveDeadStart(sandbox: Sandbox, id: string): Promise<void> {
  const { options } = sandbox;
  const spec = taskSpecSchema.parse(sandbox.shell(id, 'exit 0'));
  const startToken = randomUUID();
  const files = taskFiles(options.dataDir, startToken);
  const { cgroupParent: parent } = options;
  const cgroupPaths = [...(await detectCgroups({ parent })).pathsFor(`${id}-${startToken}`, {})];
  const runner = createRktRunner({ binary: await resolveRkt(options.rkt), dir: options.rktDir });
  const driverConfig = driverConfigSchema.parse({});
  const args = prepareArguments({ spec, driverConfig, startToken, volumes: [] });
  const podId = await prepare(runner, args, { image: spec.config.image });
  await mkdir(files.directory, { recursive: true });
  await writeFile(files.ticket, '');
  await writeFile(files.prepareLock, '');
  for (const path of cgroupPaths) await mkdir(path, { recursive: true });
  await createStateStore(stateDirectory(options.dataDir)).create({
    version: 1,
    id,
    phase: 'starting',
    owner: DEAD,
    spec,
    startToken,
    podId,
    cgroupPaths,
    createdAtMs: Date.now(),
    updatedAtMs: Date.now(),
  });
}
