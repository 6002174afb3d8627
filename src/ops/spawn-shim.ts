import type { FileHandle } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { ProcessId } from '../model/process-id.ts';
import type { RktRunner } from '../rkt/command-runner.ts';
import { runPreparedCommand } from '../rkt/rkt-run-prepared.ts';
import { identify } from '../sources/process-info.ts';
import type { CheckedVolume } from './checked-volumes.ts';
import { writeLaunchScript, writeTicket } from './data-directory.ts';
import { inGroupNetwork } from './network-namespace.ts';
import { STARTED_FILE, podDirectory } from '../rkt/disk/pod-files.ts';
import type { TaskFiles } from './task-files.ts';
import { feedShim, inTaskTerminal, type TaskStreams } from './task-streams.ts';
import { identityVariable, makePins, pinDirectory, pinningCommand } from './volume-pins.ts';

/** The parameters of the shim. */
export interface ShimOrder {
  readonly oomScoreAdj: number | undefined;
  /** Of the task, for the environment of the shim. */
  readonly coresVariable: Readonly<Record<string, string>>;
  readonly podId: string;
  readonly rktDir: string;
  readonly files: TaskFiles;
  /** The working directory of rkt. */
  readonly runDir: string;
  /** Open until the shim has inherited them. */
  readonly stdout: FileHandle;
  readonly stderr: FileHandle;
  /** The files through which a process joins the cgroup of the task. */
  readonly procsFiles: readonly string[];
  /** Open until rkt has executed the app. */
  readonly volumes: readonly CheckedVolume[];
  /** Arguments of rkt, without its name and global flags. */
  readonly runArguments: readonly string[];
  /** The namespace that rkt is started in. */
  readonly networkNamespace: string | undefined;
  /** Of the caller of the start. */
  readonly streams: TaskStreams;
  /** Secrets that must not be quoted from the output of rkt. */
  readonly secrets: readonly string[];
}

/** The shim of a start. */
export interface SpawnedShim {
  readonly id: ProcessId;
  /** Resolves when it has exited. */
  readonly ended: Promise<unknown>;
}

const SHIM = fileURLToPath(new URL('./shim.sh', import.meta.url));

/** Starts the shim in a separate session, independent of this process: no shared stdio, no parent it needs. */
export async function spawnShim(runner: RktRunner, order: ShimOrder): Promise<SpawnedShim> {
  const { files } = order;
  await writeTicket(files);
  const { join, env } = cgroupEntry(runner, order.procsFiles);
  const paths = [files.directory, order.runDir, files.exitFile];
  const podDir = podDirectory(order.rktDir, order.podId);
  const variables = {
    ...env,
    ...identityVariable(order.volumes),
    ...(runner.binary.runtime === 'embedded' && { RKT_STREAMS_STARTED: STARTED_FILE }),
  };
  const shim = await runner.spawn(
    [
      '/bin/sh',
      SHIM,
      ...paths,
      podDir,
      join,
      ...inGroupNetwork(
        order.networkNamespace,
        inTaskTerminal(
          withOomScore(runner, order, await launchCommand(runner, order, variables)),
          order.streams,
        ),
      ),
    ],
    {
      env: { ...variables, ...order.coresVariable },
      stdin: order.streams.stdin === undefined ? 'ignore' : 'pipe',
      more: [order.stdout.fd, order.stderr.fd],
    },
  );
  feedShim(shim, order.streams);
  shim.unref();
  // A process that has already exited gets a start time that no process has.
  return { id: (await identify(shim.pid)) ?? { pid: shim.pid, startTicks: 0 }, ended: shim.exit };
}

/** A real rkt does not change the score with fly; the embedded one sets that of the pod manifest. */
function withOomScore(
  { binary }: RktRunner,
  { oomScoreAdj }: ShimOrder,
  command: readonly string[],
): readonly string[] {
  if (binary.runtime === 'embedded' || oomScoreAdj === undefined) return command;
  const script = 'echo "$0" >/proc/self/oom_score_adj && exec "$@"';
  return ['/bin/sh', '-c', script, String(oomScoreAdj), ...command];
}

/** The embedded rkt joins the cgroup itself as its last step, so that its Node is not charged to the task. */
export function cgroupEntry(
  { binary }: RktRunner,
  procsFiles: readonly string[],
): { readonly join: string; readonly env: Readonly<Record<string, string>> } {
  const join = procsFiles.join(':');
  if (binary.runtime === 'rkt' || join === '') return { join, env: {} };
  return { join: '', env: { RKT_STREAMS_CGROUP_PROCS: join } };
}

/**
 * The command that becomes the app: rkt, or the script that the embedded one has made in this process. The script has
 * secrets, so it is passed as a file that is removed when the app runs.
 */
async function launchCommand(
  runner: RktRunner,
  order: ShimOrder,
  variables: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  // rkt looks at its terminal and its network.
  const needsProcess = order.streams.tty === true || order.networkNamespace !== undefined;
  const script = needsProcess ? undefined : await runner.launchScript(order.runArguments, variables);
  if (script === undefined) return inOwnMounts(runner, order);
  await writeLaunchScript(order.files, script);
  return ['/bin/sh', order.files.launchScript];
}

/**
 * fly leaves about twenty mounts per pod in its mount namespace, and volumes are mounted for it where they cannot be
 * replaced; the embedded rkt creates a separate mount namespace itself.
 */
async function inOwnMounts(
  runner: RktRunner,
  { runArguments, files, volumes }: ShimOrder,
): Promise<readonly string[]> {
  const command = runPreparedCommand(runner, runArguments);
  const pins = pinDirectory(runner, files);
  if (pins === undefined) return command;
  await makePins(pins, volumes);
  const unshare = ['unshare', '--mount', '--propagation', 'slave'];
  return [...unshare, ...pinningCommand(pins, volumes, command)];
}
