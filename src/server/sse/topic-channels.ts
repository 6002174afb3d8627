import type { SchedulerLike } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { Channels, ChannelSource } from './channels.ts';
import type { FanOut } from './fan-out.ts';
import type { SseClient } from './sse-client.ts';
import { frameWriter } from './frame-writers.ts';
import { channelKey, isSampling, sourceOf } from './topic-sources.ts';
import type { SampleTopic, StreamRequest } from './topics.ts';

/** The channels of the topics that clients ask for, with a limit on the different samplings at one time. */
export interface TopicChannels {
  /** @throws RKT_ERR_AGENT_BUSY when the request needs more different samplings than there may be */
  checkLimit(request: StreamRequest): void;
  /** Sends the client all sample topics of a request, until the function it returns is called; nothing is sent after that. */
  join(client: SseClient, request: StreamRequest): () => void;
}

export interface TopicChannelsDeps {
  readonly driver: Driver;
  readonly channels: Channels;
  readonly fanOut: FanOut;
  readonly scheduler: SchedulerLike;
  readonly maxSamplings: number;
}

export function createTopicChannels(deps: TopicChannelsDeps): TopicChannels {
  const { driver, channels, fanOut, scheduler, maxSamplings } = deps;
  let samplings = 0;

  const joinTopic = (client: SseClient, topic: SampleTopic, request: StreamRequest): (() => void) => {
    const key = channelKey(topic, request);
    const isNew = isSampling(topic) && !channels.has(key);
    const source = (): ChannelSource => ({
      values$: sourceOf(driver, topic, request, scheduler),
      writer: frameWriter(topic, request),
    });
    channels.join(key, topic, source, client);
    if (isNew) samplings += 1;
    return () => {
      channels.leave(key, client);
      if (isSampling(topic) && !channels.has(key)) samplings -= 1;
    };
  };
  return {
    checkLimit(request) {
      const wanted = sampleTopics(request).filter(
        (topic) => isSampling(topic) && !channels.has(channelKey(topic, request)),
      );
      if (samplings + wanted.length > maxSamplings) {
        throw new RktError('RKT_ERR_AGENT_BUSY', `${samplings} different samplings run already`);
      }
    },
    join(client, request) {
      const leaves: (() => void)[] = [];
      const leave = (): void => {
        leaves.splice(0).forEach((leaveTopic) => leaveTopic());
        fanOut.remove(client);
      };
      try {
        for (const topic of sampleTopics(request)) leaves.push(joinTopic(client, topic, request));
      } catch (error) {
        // Nothing else would leave the topics that were joined before the one that failed.
        leave();
        throw error;
      }
      return leave;
    },
  };
}

function sampleTopics({ topics }: StreamRequest): readonly SampleTopic[] {
  return [...new Set(topics)].filter((topic) => topic !== 'events' && topic !== 'alerts');
}
