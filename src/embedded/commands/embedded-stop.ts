import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, printMessage, type RktContext } from '../embedded-context.ts';
import { findPod, type PodEntry } from '../pods/phases.ts';
import { podFile, podPid, podStatus } from '../pods/pod-info.ts';
import { appDirs, liveApp } from '../pods/live-init.ts';
import { livePid } from '../pods/process.ts';
import { someUuids, uuidFileFlag } from '../pods/uuid-args.ts';

export const command: Command = {
  name: 'stop',
  summary: 'Stop a pod',
  usage: 'stop --uuid-file=FILE | UUID ...',
  flags: [{ name: 'force', kind: 'bool', help: 'forced stopping' }, uuidFileFlag],
  run: (ctx, flags, args) => {
    const signal = flags.bool('force') ? 'SIGKILL' : 'SIGTERM';
    let failures = 0;
    for (const uuid of someUuids(flags, args, 1)) {
      try {
        stopOne(ctx, uuid, signal);
      } catch (error) {
        if (!(error instanceof RktFailure)) throw error;
        printMessage(ctx, error.describe(ctx.debug));
        failures += 1;
      }
    }
    if (failures > 0) throw new RktFailure('', [`failed to stop ${failures} pod(s)`]);
    return Promise.resolve(0);
  },
};

function stopOne(ctx: RktContext, prefix: string, signal: NodeJS.Signals): void {
  const pod = podStatus(ctx, findPod(ctx, prefix, 'cannot get pod'));
  const name = JSON.stringify(pod.uuid);
  if (pod.state.startsWith('exited')) {
    ctx.stdout(`pod ${name} is already stopped\n`);
    return;
  }
  if (pod.state !== 'running') throw new RktFailure(`pod ${name} is not running`);
  try {
    signalPod(pod, signal);
  } catch (error) {
    if (!(error instanceof RktFailure)) throw error;
    ctx.stderr(`${error.message}\n`);
    throw new RktFailure(`error stopping ${name}`, ['exit status 254']);
  }
  ctx.stdout(`${name}\n`);
}

/** The apps of a pod that has several. Else the app, or, when it has left children that hold the pod's lock, its process group. */
function signalPod(pod: PodEntry, signal: NodeJS.Signals): void {
  if (podPid(pod) === undefined)
    throw new RktFailure('error reading pid: open pid: no such file or directory');
  if (signal !== 'SIGKILL' && appDirs(pod.dir).length > 0) {
    for (const name of appDirs(pod.dir)) {
      const app = liveApp(pod.dir, name);
      if (app !== undefined) kill(app, signal);
    }
    return;
  }
  const pid = livePid(pod);
  if (pid !== undefined && kill(pid, signal)) return;
  const group = Number(podFile(pod, 'pgid'));
  if (!Number.isInteger(group) || group <= 1)
    throw new RktFailure('error reading pgid: open pgid: no such file or directory');
  kill(-group, signal);
}

/** False when there is no such process (group). */
function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return false;
    throw new RktFailure(
      `error sending ${signal}: ${code === 'EPERM' ? 'operation not permitted' : message}`,
    );
  }
}
