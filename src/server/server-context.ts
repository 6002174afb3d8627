import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ServerResponse } from 'node:http';

import type { Observable } from 'rxjs';

import type { Driver } from '../driver-interface.ts';
import type { Logger } from '../model/logger.ts';
import type { ConfiguredAlerts } from './alerts/configured-alerts.ts';
import type { History } from './history/history.ts';
import type { LogWatch } from './logs/log-watch.ts';
import type { ReloadableOptions, ServerSettings } from './options.ts';
import type { Hub } from './sse/sse-hub.ts';
import type { Via } from './sse/stream-readers.ts';
import type { Authorizer, Caller } from './tokens/authorizer.ts';

/** What the routes of the server work with. */
export interface ServerContext {
  readonly driver: Driver;
  readonly version: string;
  readonly logger: Logger;
  readonly settings: ServerSettings;
  /** What can change while the server runs: now, and whenever it was reloaded. */
  readonly reloadable: () => ReloadableOptions;
  readonly reloaded$: Observable<ReloadableOptions>;
  /** Which tokens are valid, and what they permit. */
  readonly authorizer: Authorizer;
  /** The streams that all clients share. `hub.provide('alerts', alerts$)` gives a topic its source. */
  readonly hub: Hub;
  /** What is recorded and evaluated from the start on, also while no client has asked for it. */
  readonly history: History;
  readonly alerts: ConfiguredAlerts;
  readonly logs: LogWatch;
  /** Aborts when the server begins to close: what routes have started ends then. */
  readonly closing: AbortSignal;
  /** The server waits for it when it closes. */
  readonly atClose: (close: () => Promise<void>) => void;
}

/** What a handler finds in `c.env`. */
export interface ServerEnv {
  readonly Bindings: {
    readonly via: Via;
    /** The answer of Node, where it is Node that has received the request. */
    readonly outgoing?: ServerResponse;
  };
  readonly Variables: {
    caller: Caller;
  };
}

/** A part of the API, to be mounted at the root. */
export type ServerRoutes = OpenAPIHono<ServerEnv>;
