import type { RequestListener } from 'node:http';

import { errorAnswer } from './error-body.ts';
import type { Api } from './request-api.ts';
import type { ServerContext } from './server-context.ts';

/** Loads the API for the first request: its routes, schemas and framework are most of what an agent would have in memory. */
export function createLazyApi(ctx: ServerContext): Api {
  let loading: Promise<Api> | undefined;
  const load = async (): Promise<Api> => {
    try {
      const { createApi } = await import('./api-listener.ts');
      return createApi(ctx);
    } catch (error) {
      loading = undefined;
      const what = 'The API could not be loaded. If rkt-streams was updated meanwhile, restart the agent';
      ctx.logger.error({ error }, what);
      throw error;
    }
  };
  const loaded = (): Promise<Api> => (loading ??= load());
  return {
    listener(via) {
      let answer: RequestListener | undefined;
      return (incoming, outgoing) => {
        if (answer !== undefined) {
          answer(incoming, outgoing);
          return;
        }
        loaded().then(
          (api) => {
            answer ??= api.listener(via);
            answer(incoming, outgoing);
          },
          (error: unknown) => {
            const { status, body } = errorAnswer(error);
            outgoing.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
          },
        );
      };
    },
    upgrades: (via) => (request, socket, head) =>
      void loaded().then(
        (api) => api.upgrades(via)(request, socket, head),
        () => socket.destroy(),
      ),
    fetch: async (request) => (await loaded()).fetch(request),
  };
}
