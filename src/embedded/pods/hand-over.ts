import { RktFailure, type RktContext } from '../embedded-context.ts';
import { launchScript, type LaunchOrder } from './launch-pod.ts';

/** Gives the launcher what becomes the app. @throws RktFailure without a launcher */
export function handOver(ctx: RktContext, order: LaunchOrder): void {
  launcherOf(ctx)(launchScript(ctx, order));
}

/** The launcher around this process. @throws RktFailure when there is none */
export function launcherOf(ctx: RktContext): (script: string) => void {
  if (ctx.launch === undefined)
    throw new RktFailure('pods can only be started through `rkt-streams rkt` or bin/rkt-embedded');
  return ctx.launch;
}
