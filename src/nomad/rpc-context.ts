import type { Observable, SchedulerLike } from 'rxjs';

import type { Driver } from '../driver-interface.ts';
import type { Logger } from '../model/logger.ts';

/** The context of the handlers of calls. */
export interface RpcContext {
  readonly driver: Driver;
  readonly logger: Logger;
  readonly scheduler: SchedulerLike;
  /** Emits once, when the plugin ends. */
  readonly closed$: Observable<void>;
}
