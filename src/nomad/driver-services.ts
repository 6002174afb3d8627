import { ReplaySubject, asyncScheduler, type SchedulerLike } from 'rxjs';

import { createDriver } from '../driver.ts';
import type { Driver, DriverOptions } from '../driver-interface.ts';
import type { Logger } from '../model/logger.ts';
import { baseService } from './base-service.ts';
import { execStreamingRpc } from './exec-stream.ts';
import type { BasePluginHandlers } from './generated/hashicorp/nomad/plugins/base/proto/BasePlugin.ts';
import type { DriverHandlers } from './generated/hashicorp/nomad/plugins/drivers/proto/Driver.ts';
import { hostRpcs } from './host-rpcs.ts';
import { lifecycleRpcs } from './lifecycle-rpcs.ts';
import type { RpcContext } from './rpc-context.ts';
import { streamRpcs } from './stream-rpcs.ts';
import { taskRpcs } from './task-rpcs.ts';

export interface DriverServicesDeps {
  readonly logger: Logger;
  /** Options of the driver; the plugin's configuration wins over them where it has the same. */
  readonly options?: Omit<DriverOptions, 'logger' | 'scheduler'>;
  readonly scheduler?: SchedulerLike;
  readonly createDriver?: (options: DriverOptions) => Driver;
}

/** The two services of a Nomad task driver, and the driver behind them. */
export interface NomadDriverServices {
  readonly base: BasePluginHandlers;
  readonly driver: DriverHandlers;
  /** Ends all streams; tasks go on running, and are recovered by the next plugin. */
  close(): Promise<void>;
}

/** Makes the services. Nothing is touched before the first call that needs it. */
export function driverServices({
  logger,
  options = {},
  scheduler = asyncScheduler,
  createDriver: create = createDriver,
}: DriverServicesDeps): NomadDriverServices {
  const driver = create({ ...options, logger, scheduler });
  // A call may come when the end has already begun.
  const closedSubject = new ReplaySubject<void>(1);
  const ctx: RpcContext = { driver, logger, scheduler, closed$: closedSubject.asObservable() };
  return {
    base: baseService(driver),
    driver: {
      ...hostRpcs(ctx),
      ...lifecycleRpcs(ctx),
      ...taskRpcs(ctx),
      ...streamRpcs(ctx),
      ExecTaskStreaming: execStreamingRpc(ctx),
    },
    async close() {
      closedSubject.next();
      await driver.shutdown();
    },
  };
}
