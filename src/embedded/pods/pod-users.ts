import { parseUidRange, type UidRange } from '../aci/uid-range.ts';
import { RktFailure } from '../embedded-context.ts';
import type { PodEntry } from './phases.ts';
import { podFile } from './pod-info.ts';

/** Written by `prepare --private-users`. */
export const PRIVATE_USERS = 'private-users-prepared';

/** The users of a pod with a user namespace; undefined for one that has those of the host. @throws RktFailure */
export function usersOfPod(pod: PodEntry): UidRange | undefined {
  const text = podFile(pod, PRIVATE_USERS);
  if (text === undefined) return undefined;
  const range = parseUidRange(text);
  if (range === undefined)
    throw new RktFailure('error deserializing uid range', [`${PRIVATE_USERS} holds ${JSON.stringify(text)}`]);
  return range;
}
