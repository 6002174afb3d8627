import { join } from 'node:path';

import { continueLogs } from '../files/kept-restarts.ts';
import type { DriverNetwork } from '../model/driver-network.ts';
import { RktError } from '../model/rkt-error.ts';
import { parseWith } from '../model/parse.ts';
import { withoutCredentials } from '../model/url-credentials.ts';
import type { TaskHandle } from '../model/task-state.ts';
import { newTaskSpecSchema, type TaskSpec, type TaskSpecInput } from '../model/task-spec.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { RktRunner } from '../rkt/command-runner.ts';
import { trustPrefix } from '../rkt/rkt-trust.ts';
import { requireSupported } from '../rkt/version-probe.ts';
import { hasTrustPrefix } from './arguments/global-arguments.ts';
import { secretsOf } from './arguments/secrets.ts';
import { prepareArguments } from './arguments/prepare-arguments.ts';
import { runPreparedArguments } from './arguments/run-prepared-arguments.ts';
import { plannedVolumes, volumeArguments, type Volume } from './arguments/volume-arguments.ts';
import { chosenStage1, withStage1, type ChosenStage1 } from './chosen-stage1.ts';
import { checkCpuset } from './check-cpuset.ts';
import { openVolumes, type CheckedVolumes } from './checked-volumes.ts';
import type { OpsContext } from './ops-context.ts';
import { makeTaskDirectory, removeTaskFiles } from './data-directory.ts';
import { endLaunch } from './end-launch.ts';
import { coresVariable, poolProcsFiles } from './cpuset-pool.ts';
import { checkHostTargets } from './host-targets.ts';
import { isLikeFly } from '../rkt/disk/prepared-app.ts';
import { checkChrooted, checkKnownIsolation, withoutEffect } from './isolation.ts';
import { launch, type Launched } from './launch.ts';
import { logLimitsOf } from './task-log-limits.ts';
import { driverNetwork } from './pod-network.ts';
import { checkNetworkNamespace } from './network-namespace.ts';
import { checkOutputs, openOutputs, type OpenOutputs, type Outputs } from './outputs.ts';
import { prepareEnterable } from './numeric-user.ts';
import { reconcileIfPossible } from './reconcile-task.ts';
import { abandonStart, claimId, keepStart } from './start-entry.ts';
import { newStartToken } from './start-token.ts';
import { createTaskCgroup, plannedCgroup } from './create-task-cgroup.ts';
import { followTaskSize, type TaskStreams } from './task-streams.ts';
import { taskFiles, type TaskFiles } from './task-files.ts';
import { handleOf } from './task-handle.ts';
import { createUndoStack, type UndoStack } from './undo.ts';
import { pinDirectory } from './volume-pins.ts';

export interface StartedTask {
  readonly handle: TaskHandle;
  /** Absent when the pod has no separate network. */
  readonly network: DriverNetwork | undefined;
}

/** One start in progress. */
interface Start {
  readonly ctx: OpsContext;
  readonly runner: RktRunner;
  readonly spec: TaskSpec;
  readonly files: TaskFiles;
  readonly outputs: Outputs;
  readonly volumes: readonly Volume[];
  readonly undo: UndoStack;
  readonly stage1: ChosenStage1;
  readonly streams: TaskStreams;
}

/**
 * Starts a task: prepares its pod, creates its cgroup and launches it under a shim that outlives this process.
 *
 * @throws {@link RktError} for an invalid spec (then nothing was changed), an id that is in use, and every failure of
 * rkt or the machine; all steps done until then are rolled back
 */
export async function startTask(
  ctx: OpsContext,
  input: TaskSpecInput,
  streams: TaskStreams = {},
): Promise<StartedTask> {
  const asked = parseWith(newTaskSpecSchema, input, { what: 'task', code: 'RKT_ERR_TASK_CONFIG' });
  checkCpuset(asked.resources);
  const startToken = newStartToken(ctx.dataDir);
  const driverConfig = ctx.driverConfig();
  const volumes = await plannedVolumes(asked, driverConfig);
  const files = taskFiles(ctx.dataDir, startToken);
  const outputs = await checkOutputs(asked, files);
  const spec = { ...asked, ...outputs, logs: logLimitsOf(asked, ctx.logLimits) };
  const runner = await ctx.runner();
  await requireSupported(runner);
  const stage1 = chosenStage1(asked.config, driverConfig, runner.binary.runtime);
  const args = prepareArguments({
    ...{ spec: withStage1(asked, stage1), driverConfig: {}, startToken },
    volumes: volumeArguments(volumes, pinDirectory(runner, files)),
  });
  await checkNetworkNamespace(spec);
  checkKnownIsolation(spec.config, driverConfig, stage1);
  const record = ctx.registry.add({ id: spec.id, spec, startToken });
  const undo = createUndoStack(ctx.logger);
  try {
    await claimId(ctx, record);
  } catch (error) {
    ctx.registry.remove(record.id);
    throw error;
  }
  try {
    return await start({ ctx, runner, spec, files, outputs, volumes, undo, stage1, streams }, record, args);
  } catch (error) {
    const isUndone = await undo.run();
    await abandonStart(ctx, record, error, isUndone);
    throw error;
  }
}

async function start(begun: Start, record: TaskRecord, args: readonly string[]): Promise<StartedTask> {
  const { ctx, runner, spec, files, undo } = begun;
  undo.push('files', () => removeTaskFiles(files));
  await makeTaskDirectory(files);
  if (spec.restart !== undefined) await continueLogs(ctx.dataDir, spec.id, [files.stdout, files.stderr]);

  const podId = await prepare(begun, record.startToken, args);
  const planned = { podId, cgroupPaths: plannedCgroup(ctx, record) };
  await keepStart(ctx, ctx.registry.transition(spec.id, 'starting', planned));
  const cgroup = await createTaskCgroup(ctx, record);
  undo.push('cgroup', async () => cgroup?.remove());
  const starting = ctx.registry.update(spec.id, { cgroupPaths: cgroup?.paths ?? [] });
  const procsFiles = [...(cgroup?.procsFiles ?? []), ...poolProcsFiles(ctx, spec.resources)];
  const outputs = await openOutputs(begun.outputs, spec.allocDir);
  undo.push('outputs', () => outputs.discard());
  undo.push('launch', () => endLaunch(ctx, files, cgroup));
  const launched = await launchPod(begun, starting, { podId, procsFiles, outputs });
  followTaskSize(ctx, runner, begun.streams, files);
  const network = await driverNetwork(ctx, runner, starting, launched.flavor);
  return running(ctx, starting, launched, network);
}

interface Prepared {
  readonly podId: string;
  readonly procsFiles: readonly string[];
  readonly outputs: OpenOutputs;
}

/** The volumes are opened as late as possible, and stay open until rkt has mounted them. Closes the outputs. */
async function launchPod(
  { ctx, runner, spec, files, volumes, stage1, streams }: Start,
  record: TaskRecord,
  { podId, procsFiles, outputs }: Prepared,
): Promise<Launched> {
  let checked: CheckedVolumes | undefined;
  try {
    checked = await openVolumes(volumes);
    return await launch(ctx, runner, {
      podId,
      rktDir: ctx.rktDir,
      files,
      runDir: spec.allocDir === undefined ? files.directory : join(spec.allocDir, record.name),
      stdout: outputs.stdout,
      stderr: outputs.stderr,
      procsFiles,
      volumes: checked.volumes,
      runArguments: runPreparedArguments(withStage1(spec, stage1), podId, streams),
      oomScoreAdj: spec.resources.oomScoreAdj,
      coresVariable: coresVariable(spec.resources),
      networkNamespace: spec.networkNamespace,
      streams,
      secrets: secretsOf(spec),
    });
  } finally {
    await Promise.all([checked?.close(), outputs.close()]);
  }
}

async function prepare(begun: Start, startToken: string, args: readonly string[]): Promise<string> {
  const { ctx, runner, spec, files, undo } = begun;
  const { config } = spec;
  if (hasTrustPrefix(config)) await trustPrefix(runner, config.trust_prefix, { signal: ctx.shutdown });
  const preparation = { startToken, files, image: config.image };
  const order = { args, preparation, volumes: begun.volumes, undo };
  const podId = await prepareEnterable(ctx, runner, order);
  await checkHostTargets(ctx, podId, begun.volumes);
  const ignored = checkIsolation(ctx, podId, config);
  const record = ctx.registry.update(spec.id, { podId });
  const without = ignored === '' ? '' : `; without effect in it: ${ignored}`;
  const image = withoutCredentials(config.image);
  ctx.registry.emit('prepared', record, {
    message: `Pod prepared from image ${image}${without}`,
    annotations: {
      pod: podId,
      image,
      ...(ignored !== '' && { without_effect: ignored }),
    },
  });
  return podId;
}

/** Reports the attributes that a pod ignores which is only chrooted. @throws RKT_ERR_ISOLATION, RKT_ERR_NETWORK */
function checkIsolation(ctx: OpsContext, podId: string, config: TaskSpec['config']): string {
  if (!isLikeFly(ctx.rktDir, podId)) return '';
  checkChrooted(config, ctx.driverConfig());
  const ignored = withoutEffect(config).join(', ');
  if (ignored !== '') ctx.logger.warn({ podId, ignored }, 'The pod does not isolate as its task asks');
  return ignored;
}

/**
 * From here on the task belongs to the caller: if the driver dies, the task keeps running, and is recovered by its
 * handle.
 */
async function running(
  ctx: OpsContext,
  starting: TaskRecord,
  { process, shim }: Launched,
  network: DriverNetwork | undefined,
): Promise<StartedTask> {
  const facts = { process, shim, startedAtMs: ctx.scheduler.now(), ...(network && { network }) };
  await keepStart(ctx, { ...starting, ...facts, phase: 'running' });
  const record = ctx.registry.transition(starting.id, 'running', facts);
  const { count: restarts = 0 } = record.spec.restart ?? {};
  ctx.registry.emit('started', record, {
    message: `Started as pid ${process.pid}${restarts === 0 ? '' : `, restart ${restarts}`}`,
    annotations: {
      pid: String(process.pid),
      pod: record.podId ?? '',
      ...(restarts > 0 && { restarts: String(restarts) }),
    },
  });
  if (network)
    ctx.registry.emit('network-ready', record, {
      message: `Pod has the address ${network.ip}`,
      annotations: { ip: network.ip },
    });
  await reconcileIfPossible(ctx, record);
  const handle = handleOf(record);
  if (handle === undefined)
    throw new RktError('RKT_ERR_TRANSITION', `Task "${record.id}" runs without a pod`);
  return { handle, network };
}
