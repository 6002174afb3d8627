import {
  asyncScheduler,
  startWith,
  Subscription,
  switchMap,
  tap,
  type Observable,
  type SchedulerLike,
} from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import type { Logger } from '../../model/logger.ts';
import type { ServerLimits } from '../options.ts';
import { jumpsOf } from '../replay/replay-control.ts';
import { createChannels } from './channels.ts';
import type { EventRequest } from './event-cursor.ts';
import { createEventLog, type EventLog } from './event-log.ts';
import { createSseClient, type Sink, type SseClient } from './sse-client.ts';
import { createFanOut } from './fan-out.ts';
import { createTopicChannels } from './topic-channels.ts';
import { createStreamReaders, type StreamReaders, type Via } from './stream-readers.ts';
import type { StreamRequest, Topic } from './topics.ts';

/** What an item of a logged topic holds at least. */
export interface LoggedItem {
  readonly taskId: string;
}

/** What the clients of all streams cost. Counters only rise. */
export interface HubStats {
  readonly clients: number;
  readonly channels: number;
  readonly droppedFrames: number;
  readonly cutOffClients: number;
}

/** All clients of all streams, over one subscription a topic and set of options. */
export interface Hub {
  /** Gives a topic its source. Its items are numbered, kept and resumed together with the events. */
  provide(topic: 'alerts', source$: Observable<LoggedItem>): void;
  /** Refuses what {@link open} would refuse, before anything is answered. */
  check(request: StreamRequest, via?: Via): void;
  /**
   * Serves a client until the function it returns is called.
   *
   * @throws RKT_ERR_TASK_NOT_FOUND; RKT_ERR_AGENT_BUSY when there are too many clients or different samplings
   */
  open(request: StreamRequest, sink: Sink, via?: Via): () => void;
  /** The id of the latest event: where a client that begins now continues. */
  latestEventId(): string | undefined;
  /** Readers of all streams, also of those that the hub does not serve itself. */
  readonly readers: StreamReaders;
  stats(): HubStats;
  /** Ends all clients. */
  close(): void;
}

export interface HubDeps {
  readonly driver: Driver;
  readonly logger: Logger;
  readonly limits: ServerLimits;
  readonly scheduler?: SchedulerLike;
  /** Does a piece of work in a later turn of the event loop. */
  readonly later?: (work: () => void) => void;
}

/** Subscribes to the events of the driver at once, so that none is lost before the first client comes. */
export function createHub({ driver, logger, limits, scheduler = asyncScheduler, later }: HubDeps): Hub {
  const log = createEventLog(limits.events);
  const clients = new Set<SseClient>();
  const readers = createStreamReaders({ limits, logger, scheduler });
  const fanOut = createFanOut(later);
  const channels = createChannels({ fanOut, logger });
  const topics = createTopicChannels({ driver, channels, fanOut, scheduler, maxSamplings: limits.samplings });
  const logged = new Subscription();
  let goneDrops = 0;

  const keep = (topic: Topic, source$: Observable<LoggedItem>): void => {
    const push = (item: LoggedItem): void => {
      log.push(topic, item.taskId, item);
      clients.forEach((client) => fanOut.add(client));
    };
    const onError = (error: unknown): void => logger.error({ error, topic }, 'the source of a stream failed');
    logged.add(source$.subscribe({ next: push, error: onError }));
  };
  const check = (request: StreamRequest, via: Via = 'unix'): void => {
    if (request.task !== undefined) driver.inspectTask(request.task);
    readers.check(via);
    topics.checkLimit(request);
  };
  // After a jump of a replay, the events are those before its time.
  const events$ = jumpsOf(driver).pipe(
    tap(() => log.restart()),
    startWith(undefined),
    switchMap(() => driver.taskEvents({ replay: true })),
  );
  keep('events', events$);
  return {
    provide: keep,
    check,
    latestEventId: () => log.latestId,
    readers,
    open(request, sink, via) {
      check(request, via);
      const events = eventRequest(request, log);
      const client = createSseClient({ sink, log, events, nowMs: () => scheduler.now() });
      const leaveTopics = topics.join(client, request);
      clients.add(client);
      readers.add(client);
      fanOut.add(client);
      return () => {
        if (!clients.delete(client)) return;
        readers.delete(client);
        leaveTopics();
        goneDrops += client.dropped;
      };
    },
    stats: () => ({
      clients: readers.size,
      channels: channels.size,
      droppedFrames: [...clients].reduce((sum, { dropped }) => sum + dropped, goneDrops),
      cutOffClients: readers.cutOff,
    }),
    close() {
      logged.unsubscribe();
      readers.close();
    },
  };
}

function eventRequest(request: StreamRequest, log: EventLog): EventRequest | undefined {
  const topics = new Set<string>(request.topics.filter((topic) => topic === 'events' || topic === 'alerts'));
  if (topics.size === 0) return undefined;
  const { task, lastEventId, replay = 0 } = request;
  if (lastEventId !== undefined) return { topics, task, ...log.resume(lastEventId) };
  return { topics, task, position: Math.max(log.oldest, log.next - replay), isForeign: false };
}
