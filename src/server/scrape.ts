import type { IncomingMessage, RequestListener } from 'node:http';

import { isRktError } from '../model/rkt-error.ts';
import { READS, checkAccess } from './access.ts';
import { answerHeaders } from './answer-headers.ts';
import { errorAnswer } from './error-body.ts';
import type { Api } from './request-api.ts';
import { logRequest } from './request-log.ts';
import type { MetricsRenderer } from './options.ts';
import type { ServerContext } from './server-context.ts';
import type { Via } from './sse/stream-readers.ts';

/** Answers `GET /metrics` on its own addresses without the API, which an agent that is only scraped never loads. */
export function withScrapes(api: Api, ctx: ServerContext): Api {
  const { metrics: render, basePath } = ctx.settings;
  if (render === undefined) return api;
  const paths = new Set(['/metrics', `${basePath}/metrics`]);
  const isScrape = ({ method = '', url = '' }: IncomingMessage): boolean =>
    READS.has(method) && paths.has(url.split('?', 1)[0] ?? '');
  return {
    listener(via) {
      const answer = api.listener(via);
      // The path below another server is a matter of that server.
      if (via === 'mounted') return answer;
      const answerScrape = scrapes(ctx, render, via);
      return (incoming, outgoing) => (isScrape(incoming) ? answerScrape : answer)(incoming, outgoing);
    },
    upgrades: (via) => api.upgrades(via),
    fetch: (request) => api.fetch(request),
  };
}

function scrapes(ctx: ServerContext, render: MetricsRenderer, via: Via): RequestListener {
  const common = answerHeaders(ctx.version);
  return (incoming, outgoing) => {
    const startMs = performance.now();
    const header = (name: string): string | undefined => incoming.headers[name]?.toString();
    let token: string | undefined;
    const send = (status: number, headers: Readonly<Record<string, string>>, body: string): void => {
      const length = String(Buffer.byteLength(body));
      outgoing.writeHead(status, { ...common, ...headers, 'Content-Length': length }).end(body);
      const { method = '', socket } = incoming;
      const request = { method, path: '/metrics', remote: socket.remoteAddress, token };
      logRequest(ctx.logger, request, { status, startMs });
    };
    try {
      token = checkAccess({ via, method: incoming.method ?? '', path: '/metrics', header }, ctx).label;
      const { contentType, body } = render(header('accept'));
      send(200, { 'Content-Type': contentType }, body);
    } catch (error) {
      if (!isRktError(error)) ctx.logger.error({ error }, 'A scrape failed');
      const { status, headers, body } = errorAnswer(error);
      send(status, { ...headers, 'Content-Type': 'application/json' }, JSON.stringify(body));
    }
  };
}
