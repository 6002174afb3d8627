import { catchError, defer, firstValueFrom, of, retry, timer } from 'rxjs';

import { isRktError } from '../model/rkt-error.ts';
import type { RktRunner } from '../rkt/command-runner.ts';
import { listPods } from '../rkt/rkt-list.ts';
import { removePod } from '../rkt/rkt-rm.ts';
import { START_ANNOTATION } from './arguments/prepare-arguments.ts';
import type { OpsContext } from './ops-context.ts';

/** The pods of one start, found by their annotation. */
export async function podsOfStart(runner: RktRunner, startToken: string): Promise<readonly string[]> {
  const pods = await listPods(runner);
  return pods
    .filter((pod) => pod.apps?.some((app) => app.user_annotations?.[START_ANNOTATION] === startToken))
    .map((pod) => pod.name);
}

/**
 * How often to retry the removal of a pod: a killed process releases it late, or another `rkt rm` may be removing it.
 */
const RETRIES = 10;
const RETRY_MS = 200;

/** Removes a pod; a missing one is not an error. */
export async function removePodIfThere(
  ctx: Pick<OpsContext, 'scheduler'>,
  runner: RktRunner,
  podId: string,
): Promise<void> {
  const removal$ = defer(() => removePod(runner, podId)).pipe(
    retry({
      count: RETRIES,
      delay: (error: unknown) => {
        if (isRktError(error, 'RKT_ERR_RKT_FAILED')) return timer(RETRY_MS, ctx.scheduler);
        throw error;
      },
    }),
    catchError((error: unknown) => {
      if (isRktError(error, 'RKT_ERR_POD_NOT_FOUND')) return of(undefined);
      throw error;
    }),
  );
  await firstValueFrom(removal$);
}
