import type { Observable, SchedulerLike } from 'rxjs';

import type { Driver } from '../driver-interface.ts';
import type { Logger } from '../model/logger.ts';

/** What the handlers of calls work with. */
export interface RpcContext {
  readonly driver: Driver;
  readonly logger: Logger;
  readonly scheduler: SchedulerLike;
  /** Emits once, when the plugin ends. */
  readonly closed$: Observable<void>;
}
