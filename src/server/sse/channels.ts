import type { Observable, Subscription } from 'rxjs';

import { isRktError } from '../../model/rkt-error.ts';
import type { Logger } from '../../model/logger.ts';
import { errorBody } from '../error-body.ts';
import type { SseClient } from './sse-client.ts';
import type { FanOut } from './fan-out.ts';
import { frame } from './sse-frame.ts';
import type { FrameWriter } from './frame-writers.ts';
import type { Topic } from './topics.ts';

/** One subscription to the driver and one serialisation a value, for all clients with the same options. */
interface Channel {
  readonly clients: Set<SseClient>;
  readonly writer: FrameWriter;
  hasValue: boolean;
  /** Sent to all clients when the source has ended. */
  last: Buffer | undefined;
  subscription: Subscription | undefined;
}

/** The values of a channel, and how its frames are written. */
export interface ChannelSource {
  readonly values$: Observable<object>;
  readonly writer: FrameWriter;
}

/** Channels by key: made for the first client, ended with the last one. */
export interface Channels {
  has(key: string): boolean;
  readonly size: number;
  /** The client gets the latest value at once, and every later one. */
  join(key: string, topic: Topic, source: () => ChannelSource, client: SseClient): void;
  leave(key: string, client: SseClient): void;
}

export function createChannels({ fanOut, logger }: { fanOut: FanOut; logger: Logger }): Channels {
  const channels = new Map<string, Channel>();

  const open = (topic: Topic, { values$, writer }: ChannelSource): Channel => {
    const channel: Channel = {
      clients: new Set(),
      writer,
      hasValue: false,
      last: undefined,
      subscription: undefined,
    };
    const end = (bytes: Buffer): void => {
      channel.last = bytes;
      channel.clients.forEach((client) => {
        client.send(bytes);
        fanOut.add(client);
      });
    };
    channel.subscription = values$.subscribe({
      next(value) {
        const bytes = writer.next(value);
        channel.hasValue = true;
        channel.clients.forEach((client) => {
          client.offer(topic, bytes, writer.complete);
          fanOut.add(client);
        });
      },
      error(error: unknown) {
        logger.warn({ error, topic }, 'a stream for clients failed');
        end(frame('ended', { topic, ...(isRktError(error) ? errorBody(error) : {}) }));
      },
      complete: () => end(frame('ended', { topic })),
    });
    return channel;
  };

  return {
    has: (key) => channels.has(key),
    get size() {
      return channels.size;
    },
    join(key, topic, source, client) {
      const channel = channels.get(key) ?? open(topic, source());
      channels.set(key, channel);
      channel.clients.add(client);
      if (channel.hasValue) client.offer(topic, channel.writer.complete(), channel.writer.complete);
      if (channel.last !== undefined) client.send(channel.last);
      fanOut.add(client);
    },
    leave(key, client) {
      const channel = channels.get(key);
      channel?.clients.delete(client);
      if (channel === undefined || channel.clients.size > 0) return;
      channels.delete(key);
      channel.subscription?.unsubscribe();
    },
  };
}
