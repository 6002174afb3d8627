import type { SchedulerLike } from 'rxjs';

import type { Logger } from '../../model/logger.ts';
import type { StreamLink } from './reconnecting-stream.ts';

/** Values that the agent could not send, because it had dropped them or because this client did not read in time. */
export interface Missed {
  readonly topic: string;
  /** Absent when it cannot be known: the agent was restarted meanwhile. */
  readonly count?: number;
}

/** What all streams of one remote driver share. */
export interface RemoteLink extends StreamLink {
  readonly scheduler: SchedulerLike;
  readonly logger: Logger;
  readonly onMissed: (missed: Missed) => void;
}
