import type { ServerResponse } from 'node:http';

import { getRequestListener } from '@hono/node-server';
import { asyncScheduler } from 'rxjs';

import { createExecTickets } from './exec/exec-tickets.ts';
import { execUpgrades } from './exec/exec-upgrades.ts';
import type { Api } from './request-api.ts';
import { createApp } from './server-app.ts';
import type { ServerContext } from './server-context.ts';

/** Answers all requests of the API and of the page. */
export function createApi(ctx: ServerContext): Api {
  const tickets = createExecTickets(asyncScheduler);
  const app = createApp(ctx, tickets);
  const api: Api = {
    listener(via) {
      const respond = getRequestListener(
        (request, { outgoing }) => app.fetch(request, { outgoing: outgoing as ServerResponse, via }),
        { overrideGlobalObjects: false },
      );
      return (incoming, outgoing) => void respond(incoming, outgoing);
    },
    upgrades: (via) => execUpgrades(ctx, tickets, via, api.listener(via)),
    fetch: async (request) => app.fetch(request, { via: 'mounted' }),
  };
  return api;
}
