import { status } from '@grpc/grpc-js';

import type { HealthHandlers } from './generated/grpc/health/v1/Health.ts';

/** go-plugin asks for `plugin`, other tools for the server as a whole. */
const SERVICES: readonly string[] = ['plugin', ''];

/** gRPC's health check: a plugin that answers is well. */
export function healthService(): HealthHandlers {
  return {
    Check: ({ request: { service } }, answer) => {
      if (SERVICES.includes(service)) answer(null, { status: 'SERVING' });
      else answer({ code: status.NOT_FOUND, details: `There is no service ${JSON.stringify(service)}` });
    },
    /** Nothing changes as long as somebody can watch it, so one message is all there is to say. */
    Watch: (call) => {
      call.write({ status: SERVICES.includes(call.request.service) ? 'SERVING' : 'SERVICE_UNKNOWN' });
    },
  };
}
