import { EMPTY, defer, expand, switchMap, timer, type Subscription } from 'rxjs';

import { configDurationMs } from '../model/driver-config.ts';
import { isRktError } from '../model/rkt-error.ts';
import type { PodState } from '../model/pod.ts';
import { removeImages } from '../rkt/rkt-image-rm.ts';
import { listPods } from '../rkt/rkt-list.ts';
import { podStatus } from '../rkt/rkt-status.ts';
import { takeUntilAbort } from '../streams/operators/take-until-abort.ts';
import type { ImageGc, OpsContext } from './ops-context.ts';
import { unfinishedPods } from './unfinished-pods.ts';

type ImageGcDeps = Pick<
  OpsContext,
  'runner' | 'driverConfig' | 'rktDir' | 'logger' | 'scheduler' | 'shutdown'
>;

const LIVE: readonly PodState[] = ['embryo', 'preparing', 'prepared', 'running'];

/**
 * A collector of images. It asks rkt for the users of an image when the delay is over, so pods of others and of
 * earlier drivers count. Pending removals are lost at shutdown.
 */
export function createImageGc(deps: ImageGcDeps): ImageGc {
  const { scheduler, shutdown, logger } = deps;
  const waiting = new Map<string, Subscription>();
  const later$ = (imageId: string) =>
    defer(() => timer(configDurationMs(deps.driverConfig().gc.image_delay), scheduler)).pipe(
      switchMap(() => collect(deps, imageId)),
    );
  return {
    consider(imageId) {
      waiting.get(imageId)?.unsubscribe();
      const subscription = later$(imageId)
        .pipe(
          // The image of a pod in preparation is unknown, so nothing can be decided yet.
          expand((outcome) => (outcome === 'too-early' ? later$(imageId) : EMPTY)),
          takeUntilAbort(shutdown),
        )
        .subscribe({
          error: (error: unknown) => logger.warn({ err: error, imageId }, 'An image could not be removed'),
        });
      waiting.set(imageId, subscription);
      subscription.add(() => {
        if (waiting.get(imageId) === subscription) waiting.delete(imageId);
      });
    },
  };
}

/** The image of a pod, to pass to {@link ImageGc} when the pod is removed; undefined if images are not collected. */
export async function collectableImage(
  ctx: Pick<OpsContext, 'runner' | 'driverConfig'>,
  podId: string | undefined,
): Promise<string | undefined> {
  const { pod, image } = ctx.driverConfig().gc;
  if (!pod || !image || podId === undefined) return undefined;
  try {
    return (await podStatus(await ctx.runner(), podId)).apps?.[0]?.image_id;
  } catch (error) {
    if (isRktError(error)) return undefined;
    throw error;
  }
}

async function collect(deps: ImageGcDeps, imageId: string): Promise<'done' | 'too-early'> {
  if (!deps.driverConfig().gc.image) return 'done';
  if ((await unfinishedPods(deps)).inPreparation.length > 0) return 'too-early';
  const runner = await deps.runner();
  const pods = await listPods(runner);
  const user = pods.find(
    ({ state, apps }) => LIVE.includes(state) && apps?.some(({ image_id }) => image_id === imageId),
  );
  if (user === undefined) {
    const gone = await removeImages(runner, [imageId]);
    deps.logger.info({ imageId, removed: gone.length > 0 }, 'Collected an image that no pod uses');
  }
  return 'done';
}
