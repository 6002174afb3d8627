import type { SchedulerLike } from 'rxjs';

import type { Logger } from '../../model/logger.ts';
import type { AgentRequests } from './agent-requests.ts';

/** Values that the agent could not send, because it had dropped them or because this client did not read in time. */
export interface Missed {
  readonly topic: string;
  /** Absent when it cannot be known: the agent was restarted meanwhile. */
  readonly count?: number;
}

/** What all streams of one remote driver share. */
export interface RemoteLink {
  readonly requests: AgentRequests;
  /** Lost connections are opened again; otherwise the streams fail. */
  readonly reconnect: boolean;
  /** A connection that is silent for so long is lost. */
  readonly silenceMs: number;
  readonly scheduler: SchedulerLike;
  readonly logger: Logger;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly onMissed: (missed: Missed) => void;
}
