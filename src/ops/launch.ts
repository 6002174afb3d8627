import { readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

import { RktError } from '../model/rkt-error.ts';
import type { ProcessId } from '../model/process-id.ts';
import { unlinkIfThere } from '../files/durable-file.ts';
import { descriptorPath } from '../files/regular-file.ts';
import { withoutSecrets } from '../model/secret-words.ts';
import type { RktRunner } from '../rkt/command-runner.ts';
import { podStatusText } from '../rkt/rkt-status.ts';
import { identify } from '../sources/process-info.ts';
import type { OpsContext } from './ops-context.ts';
import { readExitFile } from './exit-record.ts';
import { canSee, podDirectory, readPodStart, type PodStart } from '../rkt/disk/pod-files.ts';
import { spawnShim, type ShimOrder } from './spawn-shim.ts';
import { REPLACED_EXIT } from './volume-pins.ts';
import { startPushes } from './start-pushes.ts';
import { waitForPush } from './wait-for-push.ts';

export interface Launched {
  readonly process: ProcessId;
  readonly shim: ProcessId;
  readonly flavor: PodStart['flavor'];
}

type Outcome = { readonly launched: Launched } | { readonly exitCode: number };

/** The intervals of the probes that find what is not pushed: before a sign of the app, and from then on. */
const QUIET_MS = 50;
const PROBE_MS = 5;
/** How long to wait between the pid file and the chroot of the app; if it takes longer, it is not fly. */
const CHROOT_GRACE_MS = 250;
/** Pods of the embedded rkt are of fly or oci; they can seem different only without permission to read the root. */
const EMBEDDED_GRACE_MS = 5_000;
/** The last message of rkt about a failed launch. */
const MESSAGE_BYTES = 64 * 1024;
const RKT_FAILURE = 254;
const RKT_LINE = /^(?:run|run-prepared|stage0|stage1|fly-run): .*$/gm;
/** rkt prints this on every machine without such a group; it is not a failure. */
const HARMLESS = /group "rkt" not found/;

/**
 * Starts the shim and waits until rkt has become the app.
 *
 * @throws {@link RktError} RKT_ERR_LAUNCH when rkt fails before that, or the deadline passes, RKT_ERR_VOLUME_ESCAPE when
 * a volume or its mount point was replaced after it was checked
 */
export async function launch(ctx: OpsContext, runner: RktRunner, order: ShimOrder): Promise<Launched> {
  const stderrBefore = await sizeOf(order.stderr);
  const spawned = await spawnShim(runner, order);
  const shim = spawned.id;
  const graceMs = runner.binary.runtime === 'embedded' ? EMBEDDED_GRACE_MS : CHROOT_GRACE_MS;
  let seenMs: number | undefined;
  const outcome = await waitForPush<Outcome>(
    async () => {
      const exit = readExitFile(order.files.exitFile);
      const appPid = readProcessId(order.files.appPid);
      const pod = appPid === undefined ? undefined : await findPodStart(ctx, runner, order.podId);
      if (exit === undefined) {
        if (pod !== undefined) seenMs ??= ctx.scheduler.now();
        const isFinal =
          pod?.flavor === 'fly' || pod?.flavor === 'oci' || ctx.scheduler.now() - (seenMs ?? 0) > graceMs;
        return pod && isFinal ? { launched: await launched(pod, shim) } : undefined;
      }
      const isRkt = exit.code === RKT_FAILURE || exit.code === REPLACED_EXIT;
      const message = isRkt ? await rktMessage(order, stderrBefore) : '';
      const ran = pod !== undefined && message === '';
      return ran ? { launched: await launched(pod, shim) } : { exitCode: exit.code };
    },
    {
      pushes: startPushes(ctx.rktDir, order.podId, spawned),
      ...{ quietMs: QUIET_MS, everyMs: PROBE_MS },
      ...{ deadlineMs: ctx.timeouts.launchMs, scheduler: ctx.scheduler },
    },
  );
  await unlinkIfThere(order.files.launchScript);
  if (outcome !== undefined && 'launched' in outcome) return outcome.launched;
  const isOfRuntime = runner.binary.runtime === 'embedded' && outcome?.exitCode !== RKT_FAILURE;
  const message =
    (await rktMessage(order, stderrBefore)) || (isOfRuntime ? await lastWords(order, stderrBefore) : '');
  const exitCode = outcome?.exitCode;
  const code = exitCode === REPLACED_EXIT ? 'RKT_ERR_VOLUME_ESCAPE' : 'RKT_ERR_LAUNCH';
  const why = message || endOf(exitCode, ctx.timeouts.launchMs);
  throw new RktError(code, `rkt could not start pod ${order.podId}: ${why}`, {
    podId: order.podId,
    stderr: message,
    ...(exitCode !== undefined && { exitCode }),
  });
}

/** How a launch ended, when the output of rkt cannot be read. */
function endOf(exitCode: number | undefined, launchMs: number): string {
  if (exitCode === undefined) return `it had not started after ${launchMs} ms`;
  if (exitCode !== REPLACED_EXIT) return `it ended with ${exitCode}`;
  return 'a volume or its mount point was replaced after it was checked';
}

async function findPodStart(
  ctx: OpsContext,
  runner: RktRunner,
  podId: string,
): Promise<PodStart | undefined> {
  const start = readPodStart(podDirectory(ctx.rktDir, podId));
  if (start !== undefined || canSee(join(ctx.rktDir, 'pods', 'run'))) return start;
  const { pid } = await podStatusText(runner, podId);
  return pid === undefined ? undefined : { pid, flavor: 'other' };
}

/** A process that has already exited gets a start time that no process has. */
async function launched(pod: PodStart, shim: ProcessId): Promise<Launched> {
  const process = (await identify(pod.pid)) ?? { pid: pod.pid, startTicks: 0 };
  return { process, shim, flavor: pod.flavor };
}

function readProcessId(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return text.endsWith('\n') ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Only a regular file can be read back, not a pipe. */
async function sizeOf(output: FileHandle): Promise<number | undefined> {
  const found = await output.stat();
  return found.isFile() ? found.size : undefined;
}

async function rktMessage({ stderr, secrets }: ShimOrder, from: number | undefined): Promise<string> {
  if (from === undefined) return '';
  const text = await textFrom(stderr, from).catch(() => '');
  const lines = text.match(RKT_LINE) ?? [];
  const said = lines.filter((line) => !HARMLESS.test(line)).join('; ');
  return withoutSecrets(said, secrets).slice(-2048);
}

/** All that was written, where the launch ended with the words of an OCI runtime: the app has not run. */
async function lastWords({ stderr, secrets }: ShimOrder, from: number | undefined): Promise<string> {
  if (from === undefined) return '';
  const lines = (await textFrom(stderr, from).catch(() => '')).trim().split('\n');
  return withoutSecrets(lines.join('; '), secrets).slice(-2048);
}

/**
 * The end of an output that was opened for writing, from an offset on; read through the descriptor, not by its name.
 * A log can be larger than the memory of this process.
 */
async function textFrom(output: FileHandle, from: number): Promise<string> {
  const file = await open(descriptorPath(output));
  try {
    const { size } = await file.stat();
    const begin = Math.max(from, size - MESSAGE_BYTES);
    const bytes = Buffer.alloc(Math.max(0, size - begin));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, begin);
    return bytes.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
