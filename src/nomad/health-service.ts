import { status } from '@grpc/grpc-js';

import type { HealthHandlers } from './generated/grpc/health/v1/Health.ts';

/** go-plugin requests `plugin`, other tools the server as a whole. */
const SERVICES: readonly string[] = ['plugin', ''];

/** gRPC's health check: a plugin that responds is healthy. */
export function healthService(): HealthHandlers {
  return {
    Check: ({ request: { service } }, answer) => {
      if (SERVICES.includes(service)) answer(null, { status: 'SERVING' });
      else answer({ code: status.NOT_FOUND, details: `There is no service ${JSON.stringify(service)}` });
    },
    /** The health does not change while it can be watched, so one message is enough. */
    Watch: (call) => {
      call.write({ status: SERVICES.includes(call.request.service) ? 'SERVING' : 'SERVICE_UNKNOWN' });
    },
  };
}
