import type { Fingerprint } from '../../model/fingerprint.ts';
import type { ReplayPosition } from '../../drivers/recorded/replay.ts';
import type { FleetHost } from '../../model/fleet-host.ts';
import type { HostStats } from '../../model/host-stats.ts';
import type { SamplingStats } from '../../model/sampling-stats.ts';
import type { TaskEvent } from '../../model/task-event.ts';
import type { TaskStatsSample } from '../../model/task-stats.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import type { Alert } from '../alerts/alert.ts';
import { openReconnecting } from '../../drivers/remote/reconnecting-stream.ts';
import { streamPath, type StreamQuery } from '../../drivers/remote/stream-query.ts';
import { agent } from './api.ts';
import { createConnection, type ConnectionState } from './logic/connection.ts';

/** What the one stream of the page brings. */
export interface Listeners {
  readonly tasks: (data: { readonly tasks: readonly TaskStatus[] }) => void;
  readonly stats: (data: { readonly samples: readonly TaskStatsSample[] }) => void;
  readonly events: (event: TaskEvent, id: string) => void;
  readonly alerts: (alert: Alert, id: string) => void;
  readonly host: (host: HostStats) => void;
  readonly hosts: (data: { readonly hosts: readonly FleetHost[] }) => void;
  readonly fingerprint: (fingerprint: Fingerprint) => void;
  readonly sampling: (sampling: SamplingStats) => void;
  readonly replay: (position: ReplayPosition) => void;
  readonly missed: (data: { readonly count: number }) => void;
  readonly dropped: (data: { readonly topic: string; readonly count: number }) => void;
}

export interface StreamOptions {
  readonly listeners: Listeners;
  /** The connection stands, for the first time or again. */
  readonly onOpen: (isAgain: boolean) => void;
  /** It does not stand, or not any more. */
  readonly onLost: (error: unknown) => void;
}

export interface StreamView {
  state(): ConnectionState;
  /** While the agent is away: the time of the last data. */
  asOfMs(): number | undefined;
  /** Connects at once, unless it is connected: there is a token now. */
  readonly retry: () => void;
  /** Begins anew: what has come so far belongs to another time. */
  readonly restart: () => void;
  readonly isOpen: () => boolean;
}

const QUERY: StreamQuery = {
  topics: ['tasks', 'stats', 'events', 'fingerprint', 'host', 'hosts', 'sampling', 'alerts', 'replay'],
  intervalMs: 1_000,
  groups: ['cpu', 'throttling', 'memory', 'memoryDetail', 'limits', 'pids'],
  replay: 200,
};

/** One stream for the whole page. Comes back by itself when the agent does. */
export function openStream({ listeners, onOpen, onLost }: StreamOptions): StreamView {
  const connection = createConnection();
  const byTopic: Readonly<Record<string, Listener | undefined>> = { ...(listeners as object) };
  let wasOpen = false;
  const lost = (error: unknown): void => {
    connection.failed();
    onLost(error);
  };
  const open = (): (() => void) =>
    openReconnecting(
      agent,
      { pathFrom: (position) => streamPath(QUERY, position) },
      {
        live() {
          connection.opened(Date.now());
          onOpen(wasOpen);
          wasOpen = true;
        },
        lost,
        message({ topic, data, id }) {
          connection.received(Date.now());
          byTopic[topic]?.(data, id ?? '');
        },
        ended: () => undefined,
        failed: lost,
      },
    );
  let close = open();
  const restart = (): void => {
    close();
    wasOpen = false;
    close = open();
  };
  return {
    state: () => connection.state(Date.now()),
    asOfMs: () => connection.asOfMs(Date.now()),
    isOpen: () => connection.isOpen(),
    restart,
    retry() {
      if (!connection.isOpen()) restart();
    },
  };
}

type Listener = (data: unknown, id: string) => void;
