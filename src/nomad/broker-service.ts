import type { Logger } from '../model/logger.ts';
import type { ConnInfo__Output } from './generated/plugin/ConnInfo.ts';
import type { GRPCBrokerHandlers } from './generated/plugin/GRPCBroker.ts';

/**
 * The service with which host and plugin agree on further connections. A driver needs none: the host opens the
 * stream, sends nothing, and ends it when it disconnects.
 */
export function brokerService(logger: Logger): GRPCBrokerHandlers {
  return {
    StartStream: (call) => {
      call.on('data', ({ service_id }: ConnInfo__Output) => {
        logger.debug({ serviceId: service_id }, 'The host offered a connection that a driver does not use');
      });
      call.on('end', () => call.end());
      call.on('error', (error) => logger.debug({ error }, 'The broker stream broke off'));
    },
  };
}
