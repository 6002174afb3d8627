import { asyncScheduler, type Observable, type SchedulerLike, Subscription } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { Logger } from '../../model/logger.ts';
import type { ServerLimits } from '../options.ts';
import { createChannels } from './channels.ts';
import { createSseClient, type EventWish, type Sink, type SseClient } from './sse-client.ts';
import { createEventLog, type EventLog } from './event-log.ts';
import { createFanOut } from './fan-out.ts';
import { channelKey, isSampling, sourceOf } from './topic-sources.ts';
import { createStreamReaders, type StreamReaders, type Via } from './stream-readers.ts';
import type { SampleTopic, StreamRequest, Topic } from './topics.ts';

/** What an item of a logged topic holds at least. */
export interface LoggedItem {
  readonly taskId: string;
}

/** What the clients of all streams cost. Counters only rise. */
export interface HubFigures {
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
  /** Readers of all streams, also of those that the hub does not serve itself. */
  readonly readers: StreamReaders;
  figures(): HubFigures;
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
  const logged = new Subscription();
  let goneDrops = 0;
  let samplings = 0;

  const keep = (topic: Topic, source$: Observable<LoggedItem>): void => {
    logged.add(
      source$.subscribe({
        next(item) {
          log.push(topic, item.taskId, item);
          clients.forEach((client) => fanOut.add(client));
        },
        error: (error: unknown) => logger.error({ error, topic }, 'the source of a stream failed'),
      }),
    );
  };
  const join = (client: SseClient, topic: SampleTopic, request: StreamRequest): (() => void) => {
    const key = channelKey(topic, request);
    const isNew = isSampling(topic) && !channels.has(key);
    channels.join(key, topic, () => sourceOf(driver, topic, request, scheduler), client);
    if (isNew) samplings += 1;
    return () => {
      channels.leave(key, client);
      if (isSampling(topic) && !channels.has(key)) samplings -= 1;
    };
  };
  const checkRoom = (request: StreamRequest, via: Via): void => {
    readers.check(via);
    const wanted = sampleTopics(request).filter(
      (topic) => isSampling(topic) && !channels.has(channelKey(topic, request)),
    );
    if (samplings + wanted.length > limits.samplings) {
      throw new RktError('RKT_ERR_AGENT_BUSY', `${samplings} different samplings run already`);
    }
  };

  const check = (request: StreamRequest, via: Via = 'unix'): void => {
    if (request.task !== undefined) driver.inspectTask(request.task);
    checkRoom(request, via);
  };

  keep('events', driver.taskEvents({ replay: true }));
  return {
    provide: keep,
    check,
    readers,
    open(request, sink, via) {
      check(request, via);
      const client = createSseClient({
        sink,
        log,
        events: eventWish(request, log),
        nowMs: () => scheduler.now(),
      });
      clients.add(client);
      readers.add(client);
      const leaves: (() => void)[] = [];
      const leave = (): void => {
        if (!clients.delete(client)) return;
        readers.delete(client);
        leaves.forEach((leaveOne) => leaveOne());
        fanOut.remove(client);
        goneDrops += client.dropped;
      };
      try {
        for (const topic of sampleTopics(request)) leaves.push(join(client, topic, request));
      } catch (error) {
        // nobody would end what was joined before the source that failed
        leave();
        throw error;
      }
      fanOut.add(client);
      return leave;
    },
    figures: () => ({
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

function sampleTopics({ topics }: StreamRequest): readonly SampleTopic[] {
  return [...new Set(topics)].filter((topic) => topic !== 'events' && topic !== 'alerts');
}

function eventWish(request: StreamRequest, log: EventLog): EventWish | undefined {
  const topics = new Set<string>(request.topics.filter((topic) => topic === 'events' || topic === 'alerts'));
  if (topics.size === 0) return undefined;
  const { task, lastEventId, replay = 0 } = request;
  if (lastEventId !== undefined) return { topics, task, ...log.resume(lastEventId) };
  return { topics, task, position: Math.max(log.oldest, log.next - replay), isForeign: false };
}
