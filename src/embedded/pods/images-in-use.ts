import { RktFailure, type RktContext } from '../embedded-context.ts';
import { podsOf } from './phases.ts';
import { podStatuses, readPodManifest } from './pod-info.ts';

/** Ids of the images of all pods that run or can still be run. Each phase is read before the next is listed. */
export function imagesInUse(ctx: RktContext): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const phase of ['prepared', 'run'] as const) {
    const pods = podStatuses(ctx, podsOf(ctx, phase)).filter(
      ({ state }) => state === 'prepared' || state === 'running',
    );
    for (const id of pods.flatMap(imagesOf)) ids.add(id);
  }
  return ids;
}

/** None for a pod that is gone, or that cannot be read and so cannot be run. */
function imagesOf(pod: Parameters<typeof readPodManifest>[0]): readonly string[] {
  try {
    return readPodManifest(pod).apps.map(({ image }) => image.id);
  } catch (error) {
    if (error instanceof RktFailure) return [];
    throw error;
  }
}
