import type { StreamPosition } from './reconnecting-stream.ts';

/** The topics of a stream, and what of them. */
export interface StreamQuery {
  readonly topics: readonly string[];
  readonly task?: string;
  readonly intervalMs?: number;
  readonly groups?: readonly string[];
  /** How many of the last events to send first. */
  readonly replay?: number;
}

/** Everything that an agent keeps, for a connection that began when it had no events yet. */
const ALL_EVENTS = 100_000;

/** The path of a stream; events continue after the last one that was received. */
export function streamPath(query: StreamQuery, position?: StreamPosition): string {
  const { topics, task, intervalMs, groups } = query;
  const search = new URLSearchParams({ topics: topics.join(',') });
  // An agent of an earlier version ignores it.
  if (topics.includes('stats')) search.set('changes', 'true');
  if (task !== undefined) search.set('task', task);
  if (intervalMs !== undefined) search.set('intervalMs', String(intervalMs));
  if (groups !== undefined) search.set('groups', groups.join(','));
  const isResumed = position !== undefined && topics.includes('events');
  const replay = isResumed ? ALL_EVENTS : query.replay;
  if (isResumed && position.lastEventId !== undefined) search.set('lastEventId', position.lastEventId);
  else if (replay !== undefined) search.set('replay', String(replay));
  return `/v1/streams?${search.toString()}`;
}
